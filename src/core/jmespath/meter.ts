import { canonicalJson, isRecord } from '../canonical-json.ts'
import { JMESPATH_LIMITS, JmespathFault } from './fault.ts'
import type { Expression } from './parse.ts'

/** What is left of the work that an expression may be. */
export type Meter = { left: number }

/** An expression that a function is given, to ask it of values. */
export class Reference {
  readonly of: Expression

  constructor(of: Expression) {
    this.of = of
  }
}

/** @throws JmespathFault when that was too much */
export function spend(meter: Meter, work: number): void {
  meter.left -= work
  if (meter.left < 0) throw new JmespathFault('there is too much to do: ask for less')
}

/** Looks through all of a value. @throws JmespathFault where it is too large or deep */
export function weigh(value: unknown, meter: Meter, depth = 0): void {
  if (depth > JMESPATH_LIMITS.depth) {
    throw new JmespathFault(`a value is nested more than ${JMESPATH_LIMITS.depth} levels deep`)
  }
  if (value instanceof Reference) throw new JmespathFault('an expression with & is no value')
  spend(meter, typeof value === 'string' ? value.length + 1 : 1)
  if (Array.isArray(value)) for (const each of value) weigh(each, meter, depth + 1)
  else if (isRecord(value)) {
    for (const [name, each] of Object.entries(value)) {
      spend(meter, name.length)
      weigh(each, meter, depth + 1)
    }
  }
}

/** The same text for equal values. */
export function keyOf(value: unknown, meter: Meter): string {
  weigh(value, meter)
  return canonicalJson(value)
}

/** The lists within a list are put in their places. */
export function flat(list: readonly unknown[], meter: Meter): unknown[] {
  for (const each of list) spend(meter, Array.isArray(each) ? each.length : 1)
  return list.flat()
}
