import { PLAN_LIMITS } from '../../core/plan.ts'

/** One step into a value: a field, an item (from the end where negative), or each item of a list. */
export type Step = { is: 'field'; name: string } | { is: 'item'; index: number } | { is: 'each' }

/** Where a value is found: `tasks.a.output.pages[0].title`, as JMESPath writes it. `root`: `tasks`. */
export type ValuePath = { root: string; steps: readonly Step[] }

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>', 'in'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** What a `when` says. */
export type Expression =
  | { is: 'literal'; value: unknown }
  | { is: 'path'; path: ValuePath }
  | { is: 'length'; of: Expression }
  | { is: 'not'; of: Expression }
  | { is: 'and' | 'or'; of: readonly Expression[] }
  | { is: 'comparison'; operator: Comparison; left: Expression; right: Expression }

/** What is wrong with an expression. `at`: UTF-16 offset, from 0. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault'
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/**
 * Reads an expression. From loosest to tightest: `or`, `and`, `not`, comparisons (`== != < <= > >= in`), then literals
 * as in JSON (text also in single quotes; lists of literals), paths, `length(…)` and brackets. `||`, `&&` and `!` are
 * the same words.
 *
 * @throws ExpressionFault
 */
export function parseExpression(text: string): Expression {
  const parser = startParser(text)
  return whole(parser, alternatives(parser))
}

/** Reads a path alone. @throws ExpressionFault */
export function parsePath(text: string): ValuePath {
  const parser = startParser(text)
  return whole(parser, pathFrom(parser))
}

/** All the paths of an expression. */
export function pathsIn(expression: Expression): readonly ValuePath[] {
  switch (expression.is) {
    case 'literal':
      return []
    case 'path':
      return [expression.path]
    case 'length':
    case 'not':
      return pathsIn(expression.of)
    case 'and':
    case 'or':
      return expression.of.flatMap(pathsIn)
    case 'comparison':
      return [...pathsIn(expression.left), ...pathsIn(expression.right)]
  }
}

type Token = { is: 'name' | 'number' | 'text' | 'sign' | 'end'; text: string; at: number }
type Parser = { tokens: readonly Token[]; next: number; depth: number }

const TOKEN =
  /\s*(?:(?<name>[\p{L}_][\p{L}\p{N}_-]*)|(?<number>-?\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>[=!<>]=|&&|\|\||[<>!()[\].,*]))/uy

function startParser(text: string): Parser {
  if (text.length > PLAN_LIMITS.expressionChars) {
    throw new ExpressionFault(`is longer than ${PLAN_LIMITS.expressionChars} characters`, 0)
  }
  const tokens: Token[] = []
  let at = 0
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at
    const groups = TOKEN.exec(text)?.groups
    const start = at + (text.slice(at).length - text.slice(at).trimStart().length)
    if (!groups) throw new ExpressionFault(`unexpected '${text.charAt(start)}'`, start)
    for (const is of ['name', 'number', 'text', 'sign'] as const) {
      const found = groups[is]
      if (found !== undefined) tokens.push({ is, text: found, at: start })
    }
    at = TOKEN.lastIndex
  }
  return { tokens: [...tokens, { is: 'end', text: '', at: text.length }], next: 0, depth: 0 }
}

const END: Token = { is: 'end', text: '', at: 0 }

function peek({ tokens, next }: Parser): Token {
  return tokens[next] ?? tokens.at(-1) ?? END
}

function take(parser: Parser): Token {
  const token = peek(parser)
  parser.next += 1
  return token
}

/** Takes the next token where it is one of these words or signs. */
function accept(parser: Parser, ...texts: readonly string[]): string | null {
  const { is, text } = peek(parser)
  if ((is !== 'name' && is !== 'sign') || !texts.includes(text)) return null
  parser.next += 1
  return text
}

function expectSign(parser: Parser, sign: string): void {
  if (!accept(parser, sign)) throw unexpected(peek(parser), `'${sign}'`)
}

function unexpected({ is, text, at }: Token, wanted: string): ExpressionFault {
  return new ExpressionFault(`expected ${wanted}, not ${is === 'end' ? 'the end' : `'${text}'`}`, at)
}

function whole<T>(parser: Parser, read: T): T {
  const rest = peek(parser)
  if (rest.is !== 'end') throw unexpected(rest, 'the end')
  return read
}

function alternatives(parser: Parser): Expression {
  return joined(parser, 'or', () => joined(parser, 'and', () => negation(parser)))
}

function joined(parser: Parser, is: 'and' | 'or', part: () => Expression): Expression {
  const first = part()
  const of = [first]
  while (accept(parser, is, is === 'or' ? '||' : '&&')) of.push(part())
  return of.length === 1 ? first : { is, of }
}

function negation(parser: Parser): Expression {
  if (accept(parser, 'not', '!')) return deeper(parser, () => ({ is: 'not', of: negation(parser) }))
  const left = operand(parser)
  const operator = COMPARISONS.find((sign) => accept(parser, sign))
  return operator ? { is: 'comparison', operator, left, right: operand(parser) } : left
}

function deeper<T>(parser: Parser, read: () => T): T {
  parser.depth += 1
  if (parser.depth > PLAN_LIMITS.expressionDepth) {
    const message = `is nested more than ${PLAN_LIMITS.expressionDepth} levels deep`
    throw new ExpressionFault(message, peek(parser).at)
  }
  const result = read()
  parser.depth -= 1
  return result
}

function operand(parser: Parser): Expression {
  if (accept(parser, '(')) return deeper(parser, () => closed(parser, alternatives(parser)))
  const { is, text } = peek(parser)
  const after = parser.tokens[parser.next + 1]
  if (is === 'name' && text === 'length' && after?.text === '(') {
    parser.next += 2
    return { is: 'length', of: deeper(parser, () => closed(parser, alternatives(parser))) }
  }
  if (is === 'name' && !WORDS.has(text)) return { is: 'path', path: pathFrom(parser) }
  return { is: 'literal', value: literal(parser) }
}

function closed(parser: Parser, inner: Expression): Expression {
  expectSign(parser, ')')
  return inner
}

const WORDS: ReadonlyMap<string, unknown> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

function literal(parser: Parser): unknown {
  const token = take(parser)
  if (token.is === 'number') return Number(token.text)
  if (token.is === 'text') return unquoted(token.text)
  if (token.is === 'name' && WORDS.has(token.text)) return WORDS.get(token.text)
  if (token.is === 'sign' && token.text === '[') return deeper(parser, () => listed(parser))
  throw unexpected(token, 'a value')
}

function listed(parser: Parser): unknown[] {
  const items: unknown[] = []
  if (accept(parser, ']')) return items
  do items.push(literal(parser))
  while (accept(parser, ','))
  expectSign(parser, ']')
  return items
}

/** A backslash stands before a quote or another backslash. */
function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/gsu, '$1')
}

function pathFrom(parser: Parser): ValuePath {
  const root = take(parser)
  if (root.is !== 'name') throw unexpected(root, 'a path')
  const steps: Step[] = []
  for (;;) {
    if (accept(parser, '.')) {
      const token = take(parser)
      if (token.is !== 'name') throw unexpected(token, 'a name')
      steps.push({ is: 'field', name: token.text })
    } else if (accept(parser, '[')) {
      steps.push(bracketed(take(parser)))
      expectSign(parser, ']')
    } else return { root: root.text, steps }
    if (steps.length > PLAN_LIMITS.pathSteps) {
      throw new ExpressionFault(`a path has at most ${PLAN_LIMITS.pathSteps} steps`, root.at)
    }
  }
}

function bracketed(token: Token): Step {
  if (token.text === '*') return { is: 'each' }
  if (token.is === 'text') return { is: 'field', name: unquoted(token.text) }
  const index = Number(token.text)
  if (token.is === 'number' && Number.isSafeInteger(index)) return { is: 'item', index }
  throw unexpected(token, 'a number, a quoted name or *')
}
