import { canonicalJson, isRecord } from '../../core/canonical-json.ts'
import type { Comparison, Expression, Step, ValuePath } from './expression.ts'

/** Values by the roots of paths: `{tasks: {a: {status, output}}, item, index, input}`. */
type Values = Readonly<Record<string, unknown>>

/** What an expression comes to. `and`, `or` and `not` give true or false. */
export function evaluate(expression: Expression, values: Values): unknown {
  switch (expression.is) {
    case 'literal':
      return expression.value
    case 'path':
      return valueAt(expression.path, values)
    case 'length':
      return lengthOf(evaluate(expression.of, values))
    case 'not':
      return !isTrue(evaluate(expression.of, values))
    case 'and':
      return expression.of.every((each) => isTrue(evaluate(each, values)))
    case 'or':
      return expression.of.some((each) => isTrue(evaluate(each, values)))
    case 'comparison': {
      const { operator, left, right } = expression
      return compare(operator, evaluate(left, values), evaluate(right, values))
    }
  }
}

/** As in JMESPath: null, false, and what is empty is not; 0 is. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false
  return lengthOf(value) !== 0
}

/** Of a text (in characters), a list or an object; null of anything else. */
function lengthOf(value: unknown): number | null {
  if (typeof value === 'string') return Array.from(value).length
  if (Array.isArray(value)) return value.length
  return isRecord(value) ? Object.keys(value).length : null
}

/** Only numbers, and texts, come before one another. */
function compare(operator: Comparison, left: unknown, right: unknown): boolean {
  if (operator === '==') return isEqual(left, right)
  if (operator === '!=') return !isEqual(left, right)
  if (operator === 'in') {
    if (Array.isArray(right)) return right.some((each) => isEqual(left, each))
    return typeof left === 'string' && typeof right === 'string' && right.includes(left)
  }
  const order = orderOf(left, right)
  if (order === null) return false
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

function isEqual(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right)
}

function orderOf(left: unknown, right: unknown): number | null {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left !== 'string' || typeof right !== 'string') return null
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** What is found at a path; null where nothing is. */
export function valueAt({ root, steps }: ValuePath, values: Values): unknown {
  return follow(Object.hasOwn(values, root) ? values[root] : null, steps)
}

function follow(value: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (!step) return value ?? null
  if (step.is === 'field') {
    return isRecord(value) && Object.hasOwn(value, step.name) ? follow(value[step.name], rest) : null
  }
  if (!Array.isArray(value)) return null
  if (step.is === 'item') return follow(value.at(step.index), rest)
  // As in JMESPath: items without a value are left out.
  return value.map((item) => follow(item, rest)).filter((found) => found !== null)
}
