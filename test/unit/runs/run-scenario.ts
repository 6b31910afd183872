import * as fc from 'fast-check'
import { canonicalJson } from '../../../src/core/canonical-json.ts'
import { chanceOf, fnv1a } from '../../../src/core/hash.ts'
import { ref } from './validated.ts'

/** A plan, and all that chance decides about it by a seed. `isWild`: things happen that change how it ends. */
export type Scenario = {
  document: { tasks: readonly object[] } & Record<string, unknown>
  seed: number
  list: readonly number[]
  isWild: boolean
}

/** What becomes of an attempt: `late` and `silent` are not heard of until they are lost, `hang` is until its time is over. */
export type Fate =
  | 'ok'
  | 'accepted'
  | 'ask'
  | 'error'
  | 'final'
  | 'invalid'
  | 'lost'
  | 'silent'
  | 'late'
  | 'hang'
const FATES: readonly [Fate, number][] = [
  ['error', 0.08],
  ['final', 0.04],
  ['invalid', 0.05],
  ['lost', 0.05],
  ['silent', 0.03],
  ['late', 0.04],
  ['hang', 0.03],
  ['ask', 0.04],
  ['accepted', 0.04],
]

export function fateOf(seed: number, key: string, number: number): Fate {
  let chance = chanceOf(`${seed}:fate:${key}:${number}`)
  for (const [fate, share] of FATES) {
    if (chance < share) return fate
    chance -= share
  }
  return 'ok'
}

/** Whether the person who is asked about a task says yes. */
export function isApproved(seed: number, key: string): boolean {
  return chanceOf(`${seed}:approve:${key}`) < 0.7
}

/** What an attempt that goes well gives: it hangs on all that it was told. */
export function workFor(
  key: string,
  number: number,
  input: unknown,
): { n: number; list: number[]; told: string } {
  const told = fnv1a(canonicalJson([key, number, input])).toString(36)
  const n = fnv1a(told) % 10
  return { n, list: Array.from({ length: n % 4 }, (_, at) => at), told }
}

export const REVIEWED = { n: 5, list: [], told: 'by a person' }

const ACTIONS = ['migrate', 'retry', 'retry', 'fail', 'skip'] as const

type Shape = {
  kind: 'model' | 'agent' | 'map' | 'gate' | 'wait' | 'subplan'
  deps: number[]
  hasWhen: boolean
  hasRef: boolean
  isOnce: boolean
  retries: number
  onError: (typeof ACTIONS)[number]
  onTimeout: (typeof ACTIONS)[number]
  priority: number
  inner: Shape[]
}

const shape = (depth: number): fc.Arbitrary<Shape> =>
  fc.record({
    kind: fc.constantFrom(
      ...(['model', 'model', 'model', 'agent', 'agent', 'map', 'gate', 'wait'] as const),
      ...(depth > 0 ? (['subplan'] as const) : (['model'] as const)),
    ),
    deps: fc.array(fc.nat({ max: 6 }), { maxLength: 3 }),
    hasWhen: fc.boolean(),
    hasRef: fc.boolean(),
    isOnce: fc.nat({ max: 4 }).map((number) => number === 0),
    retries: fc.nat({ max: 2 }),
    onError: fc.constantFrom(...ACTIONS),
    onTimeout: fc.constantFrom(...ACTIONS),
    priority: fc.nat({ max: 1 }),
    inner: depth > 0 ? fc.array(shape(depth - 1), { minLength: 1, maxLength: 3 }) : fc.constant([]),
  })

function tasksOf(shapes: readonly Shape[]): object[] {
  return shapes.map((each, index) => {
    const deps = [...new Set(each.deps.filter((dep) => dep < index))].map((dep) => `t${dep}`)
    const [first] = deps
    const isGate = shapes[Number(first?.slice(1))]?.kind
    const hasNumber = first !== undefined && (isGate === 'model' || isGate === 'agent')
    return {
      id: `t${index}`,
      depends_on: deps,
      ...(each.hasWhen && hasNumber && { when: `tasks.${first}.output.n > 2` }),
      ...bodyOf(each, hasNumber && each.hasRef ? ref(`tasks.${first}.output.n`, { default: -1 }) : null),
    }
  })
}

function bodyOf(each: Shape, input: object | null): object {
  const { kind, onError, retries, isOnce, priority } = each
  const rest = { on_error: onError, input }
  if (kind === 'gate') {
    const onTimeout = each.onTimeout === 'skip' ? 'skip' : 'fail'
    return { kind, ...rest, input: null, on_timeout: onTimeout, gate: { message: 'Go?' } }
  }
  if (kind === 'wait')
    return { kind, ...rest, input: null, on_timeout: each.onTimeout, wait: { for_ms: 1_000 } }
  if (kind === 'subplan')
    return { kind, ...rest, on_timeout: each.onTimeout, plan: { tasks: tasksOf(each.inner) } }
  const onTimeout = isOnce ? (each.onTimeout === 'skip' ? 'skip' : 'fail') : each.onTimeout
  const work = {
    on_error: onError,
    on_timeout: onTimeout,
    side_effect: isOnce ? 'once' : 'none',
    retry: { max: retries, backoff: { initial_ms: 100, factor: 2, max_ms: 1_000 } },
    timeout: { attempt_ms: 40_000, heartbeat_ms: 15_000 },
    output_schema: { type: 'object' },
    assign: { priority },
  }
  if (kind === 'map') {
    return {
      kind,
      ...rest,
      on_timeout: each.onTimeout,
      map: { over: ref('input'), task: { kind: 'model', ...work } },
    }
  }
  return { kind, ...rest, ...work }
}

/** Plans of up to seven tasks, with what may happen to them. */
export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    shapes: fc.array(shape(1), { minLength: 1, maxLength: 7 }),
    wanted: fc.option(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 3 }), { nil: undefined }),
    seed: fc.nat(),
    list: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
    isWild: fc.nat({ max: 3 }).map((number) => number === 0),
  })
  .map(({ shapes, wanted, seed, list, isWild }) => {
    const ids = wanted && [...new Set(wanted.filter((at) => at < shapes.length))].map((at) => `t${at}`)
    const outputs =
      ids && ids.length > 0 && Object.fromEntries(ids.map((id) => [id, ref(`tasks.${id}.output`)]))
    const document = { tasks: tasksOf(shapes), ...(outputs && { outputs }) }
    return { document, seed, list, isWild }
  })
