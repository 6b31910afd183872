import { describe, expect, it } from 'vitest'
import { ref, task, validated, wrongWith } from './validated.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    pages: { type: 'array', items: { $ref: '#/$defs/page' }, maxItems: 3 },
    note: { type: 'string' },
  },
  additionalProperties: false,
  $defs: { page: { type: 'object', properties: { title: { type: 'string' } }, additionalProperties: false } },
}
const SOURCE = task('source', [], { output_schema: SCHEMA })
const plan = (...tasks: readonly unknown[]) => ({ tasks })

/** What is wrong with a task that takes this from the source. */
const taking = (input: unknown, fields: object = {}) =>
  wrongWith(plan(SOURCE, task('sink', ['source'], { input, ...fields })))

/** What is wrong with a map over the source. */
const map = (fields: object, inner: object = { kind: 'model' }) =>
  wrongWith(
    plan(
      SOURCE,
      task('each', ['source'], {
        kind: 'map',
        map: { over: ref('tasks.source.output.pages'), task: inner, ...fields },
      }),
    ),
  )

describe('a valid plan', () => {
  it('may have all that there is', () => {
    const document = {
      version: 1,
      goal: '寫一份報告',
      budget: { usd: 2, tokens: 100_000, deadline_ms: 3_600_000, max_attempts: 50 },
      tasks: [
        SOURCE,
        task('each', ['source'], {
          kind: 'map',
          map: {
            over: ref('tasks.source.output.pages'),
            max: 3,
            task: {
              kind: 'model',
              input: { page: ref('item.title'), index: ref('index') },
              output_schema: SCHEMA,
            },
          },
        }),
        task('ask', ['each'], {
          kind: 'gate',
          gate: { message: 'Publish?' },
          timeout: { total_ms: 600_000 },
          when: 'length(tasks.each.output) > 0',
          on_timeout: 'skip',
        }),
        task('best', ['each', 'ask'], {
          kind: 'judge',
          input: {
            candidates: ref('tasks.each.output[*].note'),
            approved: ref('tasks.ask.output.approved', { default: false }),
          },
          context: ['tasks.source.output'],
          verify: { checks: ['arithmetic'], judge: 'auto' },
        }),
        task('rest', [], { kind: 'wait', wait: { for_ms: 1_000 } }),
        task('call', ['best'], { kind: 'tool', needs: { tools: ['publish'] }, side_effect: 'once' }),
        task('inner', ['best'], {
          kind: 'subplan',
          input: { text: ref('tasks.best.output') },
          plan: {
            budget: { usd: 1 },
            tasks: [task('a', [], { input: ref('input.text') }), task('b', ['a'])],
          },
        }),
      ],
      outputs: { text: ref('tasks.best.output'), pages: ref('tasks.each.output') },
      aggregate: 'merge',
    }
    expect(wrongWith(document)).toEqual([])
  })
})

describe('ids', () => {
  it('are well formed, and each there once', () => {
    expect(
      wrongWith(plan(task('a'), task('a'), task('2b'), task(''), task('寫'), { kind: 'model' })),
    ).toEqual([
      'tasks[2].id invalid',
      'tasks[3].id invalid',
      'tasks[4].id invalid',
      'tasks[5].id invalid_type',
      'tasks[1].id duplicate_id',
    ])
  })

  it('that are depended on are there', () => {
    expect(wrongWith(plan(task('a', ['b', 'a2']), task('b')))).toEqual([
      'tasks[0].depends_on[1] unknown_task',
    ])
  })
})

describe('cycles', () => {
  it('are named, each once, and the tasks behind them are not', () => {
    const document = plan(
      task('a', ['c']),
      task('b', ['a'], { input: ref('tasks.a.output') }),
      task('c', ['b']),
      task('d', ['c'], { input: ref('tasks.e.output') }),
      task('e', ['e']),
    )
    expect(validated(document).faults).toEqual([
      { path: 'tasks[0].depends_on[0]', code: 'cycle', message: expect.stringContaining(': a → c → b → a') },
      { path: 'tasks[4].depends_on[0]', code: 'cycle', message: expect.stringContaining(': e → e') },
    ])
  })
})

describe('references', () => {
  it.each([
    ['tasks.source.output', null],
    ['tasks.source.output.pages[2].title', null],
    ['tasks.source.output.pages[*].title', null],
    ['tasks.source.output.pages[3]', 'no_such_output'],
    ['tasks.source.output.pages[0].body', 'no_such_output'],
    ['tasks.source.output.pages.title', 'no_such_output'],
    ['tasks.source.output.note.length', 'no_such_output'],
    ['tasks.source.output.none', 'no_such_output'],
    ['tasks.source.result', 'invalid_ref'],
    ['tasks.source.status', 'invalid_ref'],
    ['tasks[0].output', 'invalid_ref'],
    ['source.output', 'invalid_ref'],
    ['item.title', 'invalid_ref'],
    ['tasks.source.', 'invalid_ref'],
    ['tasks.other.output', 'unknown_task'],
    ['tasks.sink.output', 'unreachable_ref'],
  ])('%s: %s', (path, code) => {
    expect(taking({ deep: [ref(path)] })).toEqual(code ? [`tasks[1].input.deep[0] ${code}`] : [])
  })

  it('have nothing beside them but a default, and stay as they are in $literal', () => {
    expect(taking({ a: ref('tasks.source.output', { more: 1 }), b: { $ref: 5 } })).toEqual([
      'tasks[1].input.a invalid_ref',
      'tasks[1].input.b invalid_ref',
    ])
    expect(taking({ $literal: { $ref: '#/$defs/a', more: 1 } })).toEqual([])
  })

  it('lead to what is surely done before, through others too', () => {
    const last = { input: [ref('tasks.a.output'), ref('tasks.c.output')], context: ['tasks.c.output'] }
    expect(wrongWith(plan(task('a'), task('b', ['a']), task('c'), task('d', ['b'], last)))).toEqual([
      'tasks[3].input[1] unreachable_ref',
      'tasks[3].context[0] unreachable_ref',
    ])
  })

  it.each([{ when: 'tasks.source.output.note' }, { on_error: 'skip' }, { on_timeout: 'skip' }])(
    'to what may be skipped have a default: %j',
    (fields) => {
      const wrong = (input: unknown) =>
        wrongWith(plan(SOURCE, task('maybe', ['source'], fields), task('sink', ['maybe'], { input })))
      expect(wrong(ref('tasks.maybe.output'))).toEqual(['tasks[2].input optional_ref'])
      expect(wrong(ref('tasks.maybe.output', { default: null }))).toEqual([])
      expect(taking(ref('tasks.source.output'), { when: 'tasks.source.status == "skipped"' })).toEqual([])
    },
  )

  it('look through unions and gates, and no further than they can tell', () => {
    const either = {
      anyOf: [SCHEMA, { type: 'object', properties: { other: {} }, additionalProperties: false }],
    }
    const wrong = (path: string) =>
      wrongWith(
        plan(
          task('source', [], { output_schema: either }),
          task('gate', [], { kind: 'gate', gate: { message: 'Go?' } }),
          task('open', [], { output_schema: { properties: { a: true } } }),
          task('sink', ['source', 'gate', 'open'], { input: ref(path) }),
        ),
      )
    expect(wrong('tasks.source.output.other.deep')).toEqual([])
    expect(wrong('tasks.source.output.neither')).toEqual(['tasks[3].input no_such_output'])
    expect(wrong('tasks.gate.output.approve')).toEqual(['tasks[3].input no_such_output'])
    expect(wrong('tasks.open.output.b[1]')).toEqual([])
  })
})

describe('conditions', () => {
  it('say where they are wrong', () => {
    const { faults } = validated(
      plan(SOURCE, task('b', ['source'], { when: 'tasks.source.output.note ===' })),
    )
    expect(faults).toEqual([
      {
        path: 'tasks[1].when',
        code: 'invalid_expression',
        message: "unexpected '=', at character 28",
      },
    ])
  })

  it('hang on outputs that are there', () => {
    expect(taking(null, { when: 'length("") > 0' })).toEqual(['tasks[1].when constant_expression'])
    expect(taking(null, { when: 'tasks.source.output.x or tasks.sink.status' })).toEqual([
      'tasks[1].when no_such_output',
      'tasks[1].when unreachable_ref',
    ])
  })
})

describe('maps and subplans', () => {
  it('go over lists of bounded length', () => {
    expect(map({})).toEqual([])
    expect(map({ over: ref('tasks.source.output.note') })).toEqual(['tasks[1].map.over no_such_output'])
    expect(map({ over: [1, 2] })).toEqual(['tasks[1].map.over invalid_type'])
    expect(map({ max: 0 })).toEqual(['tasks[1].map.max out_of_range'])
    expect(map({ max: 1_001 })).toEqual(['tasks[1].map.max out_of_range'])
    expect(map({}, { kind: 'model', id: 'x', input: ref('item') })).toEqual([
      'tasks[1].map.task.id unknown_field',
    ])
  })

  it('do not come to more than can be done', () => {
    const inner = { kind: 'map', map: { over: ref('item.parts'), max: 1_000, task: { kind: 'model' } } }
    expect(map({ max: 3 }, inner)).toEqual([])
    expect(map({ max: 11 }, inner)).toEqual(['tasks too_many_executions'])
  })

  it('see their own tasks and input', () => {
    const inner = {
      tasks: [task('x', [], { input: [ref('input.a'), ref('tasks.source.output'), ref('item')] })],
    }
    expect(taking(null, { kind: 'subplan', plan: inner })).toEqual([
      'tasks[1].plan.tasks[0].input[1] unknown_task',
      'tasks[1].plan.tasks[0].input[2] invalid_ref',
    ])
  })

  it('are nested so deep and no deeper', () => {
    const nested = (levels: number): object =>
      levels === 0 ? task('leaf') : task('node', [], { kind: 'subplan', plan: plan(nested(levels - 1)) })
    expect(wrongWith(plan(nested(4)))).toEqual([])
    expect(wrongWith(plan(nested(5)))).toEqual([`tasks[0]${'.plan.tasks[0]'.repeat(4)} too_deep`])
    expect(wrongWith(plan(nested(150)))).toHaveLength(1)
  })
})
