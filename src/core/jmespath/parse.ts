import { type Kind, readTokens, type Token } from './tokens.ts'
import { JMESPATH_LIMITS, JmespathFault } from './fault.ts'

/** `project`: `each` is asked of every item that `from` gives; what comes to null is left out. */
export type Expression =
  | { is: 'current' }
  | { is: 'literal'; value: unknown }
  | { is: 'field'; name: string }
  | { is: 'item'; index: number }
  | { is: 'slice'; from: number | null; to: number | null; step: number }
  | { is: 'values' | 'flatten' | 'items' }
  | { is: 'then'; first: Expression; next: Expression }
  | { is: 'project'; from: Expression; condition: Expression | null; each: Expression }
  | { is: 'list'; of: readonly Expression[] }
  | { is: 'object'; of: readonly (readonly [name: string, value: Expression])[] }
  | { is: 'not'; of: Expression }
  | { is: 'and' | 'or'; left: Expression; right: Expression }
  | { is: 'comparison'; operator: Comparison; left: Expression; right: Expression }
  | { is: 'call'; name: string; given: readonly Expression[]; at: number }
  | { is: 'reference'; of: Expression }

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'] as const
export type Comparison = (typeof COMPARISONS)[number]

const CURRENT: Expression = { is: 'current' }

/** How tightly a sign binds what is before it; what is not here ends an expression. From JMESPath's reference parser. */
const BINDING: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['||', 2],
  ['&&', 3],
  ...COMPARISONS.map((sign) => [sign, 5] as const),
  ['[]', 9],
  ['[?', 21],
  ['.', 40],
  ['[', 55],
  ['(', 60],
])
/** Below this, a projection ends. */
const PROJECTION = 10
const EACH = 20
const NOT = 45

type Parser = { tokens: readonly Token[]; next: number; depth: number }

/** Reads an expression of JMESPath (jmespath.org/specification). @throws JmespathFault with what is wrong, and where */
export function parseJmespath(text: string): Expression {
  const parser = { tokens: readTokens(text), next: 0, depth: 0 }
  const read = expression(parser, 0)
  if (peek(parser).is !== 'end') throw unexpected(peek(parser))
  return read
}

function peek({ tokens, next }: Parser, ahead = 0): Token {
  return tokens[Math.min(next + ahead, tokens.length - 1)] ?? { is: 'end', text: '', value: null, at: 0 }
}

function take(parser: Parser): Token {
  const token = peek(parser)
  parser.next += 1
  return token
}

function isSign(parser: Parser, sign: string, ahead = 0): boolean {
  const { is, text } = peek(parser, ahead)
  return is === 'sign' && text === sign
}

function accept(parser: Parser, sign: string): boolean {
  if (!isSign(parser, sign)) return false
  parser.next += 1
  return true
}

function expectSign(parser: Parser, sign: string): void {
  if (!accept(parser, sign)) throw unexpected(peek(parser), `'${sign}'`)
}

function unexpected({ is, text, at }: Token, wanted?: string): JmespathFault {
  const found = is === 'end' ? 'the end' : `'${text.slice(0, 50)}'`
  return new JmespathFault(wanted ? `expected ${wanted}, not ${found}` : `unexpected ${found}`, at)
}

const bindingOf = ({ is, text }: Token) => (is === 'sign' ? (BINDING.get(text) ?? 0) : 0)

function expression(parser: Parser, binding: number): Expression {
  return continued(parser, binding, beginning)
}

function continued(parser: Parser, binding: number, begin: (parser: Parser) => Expression): Expression {
  parser.depth += 1
  if (parser.depth > JMESPATH_LIMITS.nesting) {
    throw new JmespathFault(`is nested more than ${JMESPATH_LIMITS.nesting} levels deep`, peek(parser).at)
  }
  let left = begin(parser)
  while (binding < bindingOf(peek(parser))) left = continuation(parser, left)
  parser.depth -= 1
  return left
}

function beginning(parser: Parser): Expression {
  const token = take(parser)
  if (token.is === 'literal') return { is: 'literal', value: token.value }
  if (token.is === 'name' || token.is === 'quoted') return { is: 'field', name: token.text }
  if (token.is !== 'sign') throw unexpected(token)
  switch (token.text) {
    case '@':
      return CURRENT
    case '!':
      return { is: 'not', of: expression(parser, NOT) }
    case '&':
      return { is: 'reference', of: expression(parser, 0) }
    case '(': {
      const inner = expression(parser, 0)
      expectSign(parser, ')')
      return inner
    }
    case '*':
      return project(parser, { is: 'values' }, EACH)
    case '{':
      return objectOf(parser)
    case '[':
      return isIndex(parser) ? bracketed(parser, CURRENT) : listOf(parser)
    case '[]':
    case '[?':
      parser.next -= 1
      return continuation(parser, CURRENT)
    default:
      throw unexpected(token)
  }
}

function continuation(parser: Parser, left: Expression): Expression {
  const token = take(parser)
  const { text: sign } = token
  switch (sign) {
    case '.':
      if (accept(parser, '*')) return project(parser, then(left, { is: 'values' }), BINDING.get('.') ?? 0)
      return then(left, afterDot(parser, BINDING.get('.') ?? 0))
    case '|':
      return then(left, expression(parser, 1))
    case '||':
      return { is: 'or', left, right: expression(parser, 2) }
    case '&&':
      return { is: 'and', left, right: expression(parser, 3) }
    case '[]':
      return project(parser, then(left, { is: 'flatten' }), 9)
    case '[?': {
      const condition = expression(parser, 0)
      expectSign(parser, ']')
      const each = isSign(parser, '[]') ? CURRENT : projected(parser, 21)
      return { is: 'project', from: then(left, { is: 'items' }), condition, each }
    }
    case '[':
      return bracketed(parser, left)
    case '(':
      return call(parser, left, parser.tokens[parser.next - 2])
  }
  const operator = COMPARISONS.find((known) => known === sign)
  if (!operator) throw unexpected(token)
  return { is: 'comparison', operator, left, right: expression(parser, 5) }
}

function then(first: Expression, next: Expression): Expression {
  return first.is === 'current' ? next : { is: 'then', first, next }
}

function project(parser: Parser, from: Expression, binding: number): Expression {
  return { is: 'project', from, condition: null, each: projected(parser, binding) }
}

/** What is asked of every item of a projection. */
function projected(parser: Parser, binding: number): Expression {
  if (bindingOf(peek(parser)) < PROJECTION) return CURRENT
  if (isSign(parser, '[') || isSign(parser, '[?')) return continued(parser, binding, aboutItem)
  if (accept(parser, '.')) return afterDot(parser, binding)
  throw unexpected(peek(parser))
}

/** An expression about the item itself begins with a bracket. */
function aboutItem(parser: Parser): Expression {
  return continuation(parser, CURRENT)
}

const NAMES: ReadonlySet<Kind> = new Set(['name', 'quoted'])

function afterDot(parser: Parser, binding: number): Expression {
  if (NAMES.has(peek(parser).is) || isSign(parser, '*')) return expression(parser, binding)
  if (accept(parser, '[')) return listOf(parser)
  if (accept(parser, '{')) return objectOf(parser)
  throw unexpected(peek(parser), 'a name')
}

const isIndex = (parser: Parser) =>
  peek(parser).is === 'number' || isSign(parser, ':') || (isSign(parser, '*') && isSign(parser, ']', 1))

/** `[0]`, `[1:3]` or `[*]`. */
function bracketed(parser: Parser, left: Expression): Expression {
  if (accept(parser, '*')) {
    expectSign(parser, ']')
    return project(parser, then(left, { is: 'items' }), EACH)
  }
  const at = peek(parser).at
  const parts: (number | null)[] = [null]
  while (!accept(parser, ']')) {
    if (accept(parser, ':')) parts.push(null)
    else {
      const token = take(parser)
      if (token.is !== 'number' || parts.at(-1) !== null) throw unexpected(token)
      parts[parts.length - 1] = Number(token.text)
    }
  }
  const [from = null, to = null, step = null] = parts
  if (parts.length === 1 && from !== null) return then(left, { is: 'item', index: from })
  if (parts.length === 1 || parts.length > 3) throw new JmespathFault('expected a number', at)
  if (step === 0) throw new JmespathFault('a slice has steps other than 0', at)
  return project(parser, then(left, { is: 'slice', from, to, step: step ?? 1 }), EACH)
}

function listOf(parser: Parser): Expression {
  const of: Expression[] = []
  do of.push(expression(parser, 0))
  while (accept(parser, ','))
  expectSign(parser, ']')
  return { is: 'list', of }
}

function objectOf(parser: Parser): Expression {
  const of: [string, Expression][] = []
  do {
    const name = take(parser)
    if (!NAMES.has(name.is)) throw unexpected(name, 'a name')
    expectSign(parser, ':')
    of.push([name.text, expression(parser, 0)])
  } while (accept(parser, ','))
  expectSign(parser, '}')
  return { is: 'object', of }
}

function call(parser: Parser, left: Expression, name: Token | undefined): Expression {
  if (left.is !== 'field' || name?.is !== 'name') throw unexpected(peek(parser, -1))
  const given: Expression[] = []
  if (accept(parser, ')')) return { is: 'call', name: name.text, given, at: name.at }
  do given.push(expression(parser, 0))
  while (accept(parser, ','))
  expectSign(parser, ')')
  return { is: 'call', name: name.text, given, at: name.at }
}
