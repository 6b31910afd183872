import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCode } from '../../../src/collaborate/checks/code-syntax.ts'
import { MAX_CHARS } from '../../../src/collaborate/checks/fences.ts'
import { LANGUAGES } from '../../../src/collaborate/checks/languages.ts'

/** Well above what a slow machine needs for the longest text; far below what squared time would take. */
const BOUND_MS = 3_000

const block = (lang: string, code: string) => `Here it is:\n\`\`\`${lang}\n${code}\n\`\`\`\nDone.`

describe('checkCode', () => {
  it.each([
    ['js', 'const a = /["\'(]/.test(x) ? `a ${b ? `c ${d}` : "}"} ` : 1 / 2 // don\'t ('],
    ['ts', 'type A<T> = { [K in keyof T]: T[K] }; const e = a!.b; const r = x / y / z'],
    ['java', 'String s = """\n a " ( \n""";'],
    ['c', "#error don't\n#define A(x) ((x)\nint main(void) { return '('; }"],
    ['cpp', "int x = 1'000; char c = '\\''; auto s = R\"x(a ) \" )x\";"],
    ['cs', 'var p = @"C:\\"; var q = $"a {b} c";'],
    ['go', "s := `a \" (`\nr := '\\n'"],
    ['rust', "fn f<'a>(x: &'a str) -> char { let s = r#\"\"(\"#; '(' }"],
    ['python', 'def f(x):\n    """don\'t ("""\n    return {"a": [1,\n  2]}\n\nif x:\n\tpass'],
    ['sql', "SELECT 'it''s (' -- don't\nFROM t WHERE (a = 1)"],
    ['css', 'a::before { content: "}"; background: url(a.png) } /* { */'],
    ['html', '<!doctype html><ul><li>a<li>b</ul><p>x<br><img alt="a>b"><script>if (a < b) "</p>"</script>'],
    ['xml', '<?xml version="1.0"?><a x="1"><b/><![CDATA[<c>]]></a>'],
    ['json', '{"a": [1, null]}'],
  ])('finds nothing wrong in sound %s', (lang, code) => {
    expect(checkCode(block(lang, code))).toEqual([])
  })

  it.each([
    ['js', 'foo({ a: [1 })', "line 1: '}' stands where '[' must be closed first"],
    ['js', 'foo()\nconst s = "abc\nfoo()', 'line 2: a string is never closed'],
    ['ts', 'const s = `abc', "line 1: '`' is never closed"],
    ['rust', 'fn main() { println!("a"; }', "line 1: '}' stands where '(' must be closed first"],
    ['c', 'int main() {\n  return 0; /* end', 'line 2: a comment is never closed'],
    ['java', 'class A { void f() { }', "line 1: '{' is never closed"],
    ['python', 'x = 1\ndef f(x:\n    return x', "line 2: '(' is never closed"],
    ['python', 'def f(x):\nreturn x', 'line 2: an indented block is missing'],
    ['python', 'if a:\n        b\n\tc', 'line 3: tabs and spaces are mixed'],
    ['python', 'x = 1\n  y = 2', 'line 2: this line is indented for no reason'],
    ['python', 'if a:\n    b\n  c', 'line 3: the indentation matches no block'],
    ['sql', 'SELECT (a FROM t', "line 1: '(' is never closed"],
    ['html', '<div>\n<span></div></span>', 'line 2: </div> stands where <span> must be closed first'],
    ['html', '<section><p>x', 'line 1: <section> is never closed'],
    ['xml', '<a><b></a>', 'line 1: </a> stands where <b> must be closed first'],
    ['json', '{\n"a": 1,\n}', 'line 3: this is no valid JSON'],
  ])('finds what is wrong in %s', (lang, code, complaint) => {
    expect(checkCode(block(lang, code))).toEqual([`Code block 1 (${lang}), ${complaint}.`])
  })

  it.each([
    ['js', 'function a() {\n  ...\n'],
    ['js', '  }\n}'],
    ['js', '- foo(\n+ foo(a,\n)'],
    ['jsx', "<p>Don't</p>"],
    ['python', '>>> x = (1'],
    ['python', '    x = 1\nfoo('],
    ['c', '#if A\nif (a) {\n#else\nif (b) {\n#endif\n}'],
    ['html', '{% if a %}<div>{% else %}<div class="b">{% endif %}</div>'],
    ['json', '{"a": 1, ...}'],
    ['json', '{\n  // why\n  "a": 1\n}'],
    ['json', '"a": 1,'],
    ['bash', 'echo "'],
    ['', 'x = ('],
  ])('does not judge an excerpt or what it does not know of %s', (lang, code) => {
    expect(checkCode(block(lang, code))).toBeNull()
  })

  it('tells blocks apart, and sees that one is never closed', () => {
    expect(checkCode(`${block('js', 'a()')}\n${block('json', '{')}`)).toEqual([
      'Code block 2 (json), line 1: this is no valid JSON.',
    ])
    expect(checkCode('Run\n```js\nfoo()')).toEqual(['Code block 1 (js) is never closed.'])
    expect(checkCode('````markdown\n```js\nfoo(\n```\n````')).toBeNull()
    expect(checkCode('```markdown\n```js\nfoo(\n```\n```')).toBeNull()
    expect(checkCode('Just words, and `code`.')).toBeNull()
  })

  it('does not take the end of what it reads for the end of a block', () => {
    const text = `\`\`\`js\n${'f({})\n'.repeat(MAX_CHARS)}`.slice(0, MAX_CHARS)
    expect(checkCode(text)).toBeNull()
  })

  it('reads any code, in time that grows with its length only', () => {
    const lang = fc.constantFrom('json', 'html', 'xml', ...LANGUAGES.keys())
    const piece = fc.constantFrom(
      ...'" \' ` ( ) { } [ ] / /* */ // # -- < > <a> </a> \\ ${ r#" """ : a 1'.split(' '),
      '\n',
      ' ',
      '\t',
    )
    fc.assert(
      fc.property(lang, fc.array(piece, { maxLength: 40 }), (name, pieces) => {
        expect(checkCode(block(name, pieces.join('')))).not.toBeUndefined()
      }),
    )
    for (const name of ['js', 'cpp', 'rust', 'python', 'sql', 'css', 'html', 'json']) {
      for (const unit of ['"', '`${', '/[', 'R"(', 'r#"', '<a "', '<a>', 'url(', '#/*', '[{', '\n ', '\\']) {
        const began = performance.now()
        checkCode(block(name, unit.repeat((MAX_CHARS - 100) / unit.length)))
        expect(performance.now() - began, `${name} ${unit}`).toBeLessThan(BOUND_MS)
      }
    }
  })
})
