import { isRecord } from '../canonical-json.ts'
import { JMESPATH_LIMITS, JmespathFault } from './fault.ts'
import { FUNCTIONS } from './functions.ts'
import { flat, keyOf, type Meter, Reference, spend, weigh } from './meter.ts'
import type { Comparison, Expression } from './parse.ts'

/**
 * What an expression finds in a JSON value; null where nothing is. Beyond JMESPath, texts come before one another in
 * comparisons, and there are more functions.
 *
 * @throws JmespathFault where a function does not take what it is given, or there is too much to do
 */
export function searchJmespath(expression: Expression, value: unknown): unknown {
  const meter = { left: JMESPATH_LIMITS.work }
  const found = search(expression, value, meter)
  weigh(found, meter)
  return found
}

/** As JMESPath has it: null, false, and what is empty is not; 0 is. */
function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !isRecord(value) || Object.keys(value).length > 0
}

function search(expression: Expression, value: unknown, meter: Meter): unknown {
  spend(meter, 1)
  switch (expression.is) {
    case 'current':
      return value
    case 'literal':
      return expression.value
    case 'field':
      return (
        (isRecord(value) && Object.hasOwn(value, expression.name) ? value[expression.name] : null) ?? null
      )
    case 'then':
      return search(expression.next, search(expression.first, value, meter), meter)
    case 'project':
      return project(expression, value, meter)
    case 'list':
      return value === null ? null : expression.of.map((each) => search(each, value, meter))
    case 'object': {
      if (value === null) return null
      return Object.fromEntries(expression.of.map(([name, each]) => [name, search(each, value, meter)]))
    }
    case 'not':
      return !isTrue(search(expression.of, value, meter))
    case 'and':
    case 'or': {
      const left = search(expression.left, value, meter)
      return isTrue(left) === (expression.is === 'and') ? search(expression.right, value, meter) : left
    }
    case 'comparison': {
      const [left, right] = [search(expression.left, value, meter), search(expression.right, value, meter)]
      return compare(expression.operator, left, right, meter)
    }
    case 'call':
      return call(expression, value, meter)
    case 'reference':
      return new Reference(expression.of)
    case 'item':
    case 'slice':
    case 'values':
    case 'flatten':
    case 'items':
      return part(expression, value, meter)
  }
}

function part(
  expression: Extract<Expression, { is: 'item' | 'slice' | 'values' | 'flatten' | 'items' }>,
  value: unknown,
  meter: Meter,
): unknown {
  if (expression.is === 'values') return isRecord(value) ? Object.values(value) : null
  if (!Array.isArray(value)) return null
  spend(meter, expression.is === 'item' ? 0 : value.length)
  switch (expression.is) {
    case 'item':
      return value.at(expression.index) ?? null
    case 'items':
      return value
    case 'flatten':
      return flat(value, meter)
    case 'slice':
      return sliced(value, expression)
  }
}

/** As Python cuts lists. */
function sliced(
  list: readonly unknown[],
  { from, to, step }: { from: number | null; to: number | null; step: number },
): unknown[] {
  const { length } = list
  const [first, last] = step > 0 ? [0, length] : [-1, length - 1]
  const within = (bound: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, first), last)
  const start = from === null ? (step > 0 ? first : last) : within(from)
  const end = to === null ? (step > 0 ? last : first) : within(to)
  const found: unknown[] = []
  for (let at = start; step > 0 ? at < end : at > end; at += step) found.push(list[at])
  return found
}

function project(
  { from, condition, each }: Extract<Expression, { is: 'project' }>,
  value: unknown,
  meter: Meter,
): unknown {
  const items = search(from, value, meter)
  if (!Array.isArray(items)) return null
  const found: unknown[] = []
  for (const item of items) {
    if (condition && !isTrue(search(condition, item, meter))) continue
    const result = search(each, item, meter)
    if (result !== null && result !== undefined) found.push(result)
  }
  return found
}

/** Null where there is no order. */
function compare(operator: Comparison, left: unknown, right: unknown, meter: Meter): boolean | null {
  if (operator === '==' || operator === '!=') {
    const isEqual = left === right || keyOf(left, meter) === keyOf(right, meter)
    return isEqual === (operator === '==')
  }
  const isOfNumbers = typeof left === 'number' && typeof right === 'number'
  const isOfTexts = typeof left === 'string' && typeof right === 'string'
  if (!isOfNumbers && !isOfTexts) return null
  if (isOfTexts) spend(meter, Math.min(left.length, right.length))
  if (left === right) return operator.endsWith('=')
  return left < right === operator.startsWith('<')
}

function call(
  { name, given, at }: Extract<Expression, { is: 'call' }>,
  value: unknown,
  meter: Meter,
): unknown {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (!known) throw new JmespathFault(`there is no function '${name}'`, at)
  const [least, most] = known.takes
  if (given.length < least || given.length > most) {
    throw new JmespathFault(
      `${name}() takes ${least === most ? '' : 'at least '}${least}, not ${given.length}`,
      at,
    )
  }
  const args = given.map((each) => search(each, value, meter))
  return known.run({ name, args, meter, ask: (reference, item) => search(reference.of, item, meter) })
}
