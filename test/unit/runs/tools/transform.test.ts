import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transform } from '../../../../src/runs/tools/transform.ts'

const INPUT = {
  people: [
    { name: 'Ada', age: 36, tags: ['math'] },
    { name: '李白', age: 61, tags: ['poem', 'wine'] },
    { name: 'Bo', age: null, tags: [] },
  ],
  'with space': 1,
  text: '  你好, World ',
  nested: [[1, 2], [3], 4],
  json: '{"a": [1]}',
  城市: '北京',
}

function valueOf(expression: string, input: unknown = INPUT): unknown {
  const made = transform(expression, input)
  if (made.kind === 'fault') throw new Error(made.message)
  return made.value
}

describe('transform', () => {
  it.each<[string, unknown]>([
    ['@.text', INPUT.text],
    ['people[0].name', 'Ada'],
    ['people[-1].name', 'Bo'],
    ['people[*].age', [36, 61]],
    ['people[:2].name', ['Ada', '李白']],
    ['people[::-1] | [0].name', 'Bo'],
    ['people[?age > `40`].name | [0]', '李白'],
    ["people[?contains(tags, 'wine') || name == 'Ada'].name", ['Ada', '李白']],
    ['people[?!age].{who: name, n: length(tags)}', [{ who: 'Bo', n: 0 }]],
    ['people[*].tags[]', ['math', 'poem', 'wine']],
    ['people[*].[name, age] | [1]', ['李白', 61]],
    ['"with space"', 1],
    ['城市', '北京'],
    ['missing.path[0]', null],
    ['nested[]', [1, 2, 3, 4]],
    ['flatten(nested)', [1, 2, 3, 4]],
    ['sum(people[*].age)', 97],
    ['avg(people[*].age)', 48.5],
    ['max_by(people[?age], &age).name', '李白'],
    ['sort_by(people[?age], &name)[*].name', ['Ada', '李白']],
    ['sort(people[*].name)', ['Ada', 'Bo', '李白']],
    ["join('、', people[*].name)", 'Ada、李白、Bo'],
    ["split(trim(text), ', ')", ['你好', 'World']],
    ['replace(upper(trim(text)), \'WORLD\', `"世界"`)', '你好, 世界'],
    ['length(trim(text))', 9],
    ['merge({a: `1`, b: `2`}, {b: `3`})', { a: 1, b: 3 }],
    ['unique([`1`, `{"a": [1]}`, from_json(json), `1`])', [1, { a: [1] }]],
    ['map(&to_number(@), [`"1.5"`, `"x"`, `2`])', [1.5, null, 2]],
    ['to_string(people[0].tags)', '["math"]'],
    ['not_null(missing, text, json) == text', true],
    ['keys(people[0])', ['name', 'age', 'tags']],
    ['values(people[0])[0]', 'Ada'],
    ['people[?age >= `36` && age < `61`].name', ['Ada']],
    ['@ | people | [1].tags | [0]', 'poem'],
    ['starts_with(text, `" "`)', true],
  ])('finds %s', (expression, found) => {
    expect(valueOf(expression)).toEqual(found)
  })

  it('leaves everything as it is where the expression is @', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (input) => {
        expect(valueOf('@', input)).toEqual(input)
      }),
    )
  })

  it.each([
    ['people[', 'the end at 7'],
    ['people[0', 'the end at 8'],
    ["'open", "unexpected ''' at 0"],
    ['a..b', "'.' at 2"],
    ['nobody(@)', "no function 'nobody' at 0"],
    ['length()', 'length() takes 1, not 0'],
    ['sum(people)', 'sum() takes a list of numbers'],
    ['a[::0]', 'steps other than 0'],
    ['`{`', 'is no JSON'],
    ['&people', 'is no value'],
    ['people $', "unexpected '$' at 7"],
    ['constructor(@)', 'no function'],
  ])('tells what is wrong with %s', (expression, message) => {
    expect(transform(expression, INPUT)).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining(message),
    })
  })

  it('reads nothing that an object only inherits', () => {
    expect(valueOf('{a: constructor, b: __proto__, c: toString}')).toEqual({ a: null, b: null, c: null })
  })

  it.each([
    ['doubles a list with every step', Array.from({ length: 200 }, () => '[@, @][]').join(' | '), [1]],
    ['doubles a text with every step', Array.from({ length: 200 }, () => "join('', [@, @])").join('|'), 'ab'],
    ['asks all of all', 'map(&length(sort(@.nested[])), people)', deepList(2_000)],
    ['blows a text up', `replace(@, 'a', '${'x'.repeat(3_000)}')`, 'a'.repeat(500_000)],
    ['searches for long texts', 'contains(@[0], @[1])', ['a'.repeat(1e6), `b${'a'.repeat(5e5)}`]],
    ['shares a value exponentially', Array.from({ length: 60 }, () => '{a: @, b: @}').join('|'), 1],
    ['nests values', Array.from({ length: 900 }, () => '[@]').join('|'), 1],
    ['nests brackets', '('.repeat(3_900), 1],
    ['nests projections', 'a' + '[*]'.repeat(1_300), 1],
    ['goes on for ever', 'a' + '|a'.repeat(1_990), {}],
    ['is too long', 'a'.repeat(5_000), {}],
  ])('ends soon where an expression %s', (_what, expression, input) => {
    const started = performance.now()
    transform(expression, input)
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('never throws, whatever is written and whatever it is asked of', () => {
    const signs = 'a . [ ] * [] [? @ & | || ( ) { } : , ! =='.split(' ')
    const words = ['`1`', "'x'", '"b"', '-1', '0', 'sort(', 'map(&', 'length(', 'join(', 'sort_by(', ' ']
    const piece = fc.constantFrom(...signs, ...words)
    const expression = fc.oneof(
      fc.array(piece, { maxLength: 14 }).map((all) => all.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(expression, fc.jsonValue(), (text, input) => {
        const { kind } = transform(text, input)
        expect(['value', 'fault']).toContain(kind)
      }),
      { numRuns: 5_000 },
    )
  })
})

function deepList(length: number): unknown {
  const nested = Array.from({ length }, (_, at) => length - at)
  return { people: Array.from({ length }, () => ({ nested })) }
}
