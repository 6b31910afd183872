import type { Fault } from '../../core/errors.ts'
import { fieldPath } from '../../core/field-path.ts'
import { compileRegex, RegexFault } from '../../core/linear-regex.ts'
import {
  CLOCK_SIGNALS,
  type Comparison,
  isVisibleHeader,
  operatorsFor,
  signalCalled,
  type SignalKind,
  type SignalRef,
} from '../../core/rules.ts'
import { comparisonsOf, type ConditionBody, RULE_LIMITS } from './condition-fields.ts'

type Path = readonly (string | number)[]
type Located = { path: Path; code: string; message: string }

const JOINS = ['all', 'any', 'not', 'signal'] as const

/** Everything that is wrong with the conditions of rules whose form is right. */
export function conditionFaults(rules: readonly { when: ConditionBody }[]): Fault[] {
  const faults = rules.flatMap(({ when }, index) => faultsIn(when, ['rules', index, 'when'], 1))
  const leaves = rules.flatMap(({ when }) => leavesOf(when))
  const regexes = leaves.filter(({ matches }) => matches != null)
  return [
    ...faults.map(({ path, ...rest }) => ({ path: fieldPath(path), ...rest })),
    ...tooMany(leaves.length, RULE_LIMITS.leaves, 'comparisons of signals'),
    ...tooMany(regexes.length, RULE_LIMITS.regexes, 'regular expressions'),
  ]
}

function tooMany(count: number, limit: number, what: string): Fault[] {
  if (count <= limit) return []
  const message = `All rules together have ${count} ${what}, more than ${limit}`
  return [{ path: 'rules', code: 'out_of_range', message }]
}

function leavesOf(body: ConditionBody): ConditionBody[] {
  const inner = innerOf(body)
  return inner.length === 0 ? [body] : inner.flatMap(([, each]) => leavesOf(each))
}

type Inner = [Path, ConditionBody][]

function innerOf({ all, any, not }: ConditionBody): Inner {
  const single: Inner = not ? [[['not'], not]] : []
  return [...listed('all', all), ...listed('any', any), ...single]
}

function listed(name: string, list: ConditionBody[] | null | undefined): Inner {
  return (list ?? []).map((each, index) => [[name, index], each])
}

function faultsIn(body: ConditionBody, path: Path, depth: number): Located[] {
  const said = JOINS.filter((name) => body[name] !== null && body[name] !== undefined)
  const comparisons = comparisonsOf(body)
  if (said.length !== 1 || (body.signal == null && comparisons.length > 0)) {
    const message = 'A condition has either one of all, any and not, or a signal and what it is compared with'
    return [{ path, code: 'invalid_condition', message }]
  }
  if (body.signal != null) return leafFaults(body, comparisons, path)
  if (depth > RULE_LIMITS.depth) {
    const message = `Conditions are nested more than ${RULE_LIMITS.depth} levels deep`
    return [{ path, code: 'too_deep', message }]
  }
  const misplaced = body.timezone == null ? [] : [misplacedZone(path)]
  return [
    ...misplaced,
    ...innerOf(body).flatMap(([way, each]) => faultsIn(each, [...path, ...way], depth + 1)),
  ]
}

function leafFaults(body: ConditionBody, comparisons: readonly Comparison[], path: Path): Located[] {
  const name = body.signal ?? ''
  const at = [...path, 'signal']
  const called = signalCalled(name)
  if (!called)
    return [{ path: at, code: 'unknown_signal', message: `There is no signal '${name.slice(0, 100)}'` }]
  const { ref, is } = called
  if (isHidden(ref)) {
    return [
      {
        path: at,
        code: 'hidden_header',
        message: 'Rules see no such header: only x- headers without secrets, user-agent and accept-language',
      },
    ]
  }
  if (comparisons.length === 0) {
    return [{ path, code: 'invalid_condition', message: `'${name}' is compared with nothing` }]
  }
  return [
    ...zoneFaults(body, ref, path),
    ...comparisons.flatMap((each) => comparisonFaults(each, is, name, path)),
  ]
}

function isHidden(ref: SignalRef): boolean {
  return ref.of === 'header' && !isVisibleHeader(ref.key)
}

function misplacedZone(path: Path): Located {
  return {
    path: [...path, 'timezone'],
    code: 'invalid_condition',
    message: 'Only hour, weekday and date have one',
  }
}

function zoneFaults({ timezone }: ConditionBody, { of }: SignalRef, path: Path): Located[] {
  if (timezone == null) return []
  if (!CLOCK_SIGNALS.has(of)) return [misplacedZone(path)]
  if (isTimeZone(timezone)) return []
  const message = 'There is no such time zone: use a name such as Asia/Taipei'
  return [{ path: [...path, 'timezone'], code: 'unknown_timezone', message }]
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function comparisonFaults(
  { operator, operand }: Comparison,
  is: SignalKind,
  name: string,
  path: Path,
): Located[] {
  const at = [...path, operator]
  const operators = operatorsFor(is)
  if (!operators.includes(operator)) {
    const message = `'${name}' has no '${operator}': use one of ${operators.join(', ')}`
    return [{ path: at, code: 'invalid_operator', message }]
  }
  if (operator === 'exists') return []
  const values = Array.isArray(operand) ? operand : [operand]
  const wrong = values.flatMap((value, index): Located[] => {
    const problem = problemOf(value, is)
    if (problem === null) return []
    return [{ path: Array.isArray(operand) ? [...at, index] : at, code: 'invalid_value', message: problem }]
  })
  if (wrong.length > 0) return wrong
  if (operator === 'matches') return regexFaults(String(operand), at)
  if (operator !== 'between') return []
  const [least, most] = values.map((value) => rankIn(is, value))
  if (least === undefined || most === undefined || least <= most) return []
  return [{ path: at, code: 'invalid_value', message: 'The least is more than the most' }]
}

function rankIn(is: SignalKind, value: string | number | boolean): string | number | boolean {
  return is.kind === 'choice' ? is.of.indexOf(String(value)) : value
}

function regexFaults(source: string, path: Path): Located[] {
  try {
    compileRegex(source)
    return []
  } catch (cause) {
    if (!(cause instanceof RegexFault)) throw cause
    return [{ path, code: 'invalid_regex', message: `${cause.message} (at ${cause.at})` }]
  }
}

const DATE = /^\d{4}-\d\d-\d\d$/

/** Why a value is none that the signal may have; null where it may. */
function problemOf(value: string | number | boolean, is: SignalKind): string | null {
  switch (is.kind) {
    case 'number':
      return typeof value === 'number' ? null : 'expected a number'
    case 'boolean':
      return typeof value === 'boolean' ? null : 'expected true or false'
    case 'date':
      return typeof value === 'string' && DATE.test(value) ? null : 'expected a date such as 2026-12-24'
    case 'choice':
    case 'set':
      return typeof value === 'string' && is.of.includes(value) ? null : `expected one of ${is.of.join(', ')}`
    case 'text':
    case 'words':
      return typeof value === 'string' && value !== '' ? null : 'expected text'
  }
}
