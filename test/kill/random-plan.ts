import { createRandom, type Random } from '../fuzz/random.ts'
import { PACES, SKILL_OF_ALL, SKILL_OF_QUIET } from './outside.ts'

/** A plan as the API takes it. `nonce`: tells its calls from those of other runs. */
export type RandomPlan = {
  nonce: string
  body: { tasks: readonly PlanTask[]; budget: { deadline_ms: number } }
  /** Whether somebody besides its Switchyard has to do with the run: a person, or an agent that calls back. */
  isTouched: boolean
  /** What tasks give that succeed, by id: the same whoever does them, and how often they were begun. */
  outputs: ReadonlyMap<string, unknown>
}

type PlanTask = { id: string; kind: string; depends_on: readonly string[] } & Record<string, unknown>

const MOST_TASKS = 15
const LEAST_TASKS = 3
const MOST_DEPENDENCIES = 3
/** Short for some, so that deadlines are met as well. */
const DEADLINES_MS = [25_000, 90_000, 240_000, 240_000, 240_000] as const
const RETRY = { max: 10, backoff: { initial_ms: 200, factor: 1.5, max_ms: 1_500 } }
/** Less than a silent agent takes, more than a late one does. */
const TIMEOUT = { attempt_ms: 4_000 }
/** So many are left alone until they have ended. */
const QUIET_SHARE = 0.5

type Made = { fields: Record<string, unknown>; output: unknown; name: string | null }
/** What is known of a task while it is made. `from`: references to the names of others, `names`: what they are. */
type Making = {
  id: string
  nonce: string
  random: Random
  toolsUrl: string
  depends: readonly string[]
  from: readonly object[]
  names: readonly string[]
}

const MAKERS = { transform, call, once, agent, gate, wait, map }
type Maker = keyof typeof MAKERS
type Makers = readonly [Maker, ...Maker[]]
const QUIET: Makers = ['transform', 'call', 'call', 'agent', 'agent', 'agent', 'wait', 'map']
const TOUCHED: Makers = [...QUIET, 'gate', 'once', 'once']
/** The first task of each plan has a list that maps are made over. */
const SOURCE = 't0'
const ITEMS = [0, 1, 2, 3]

/** The plan of this number: always the same for a seed. */
export function randomPlan(seed: number, number: number, toolsUrl: string): RandomPlan {
  const random = createRandom(seed, number)
  const nonce = `n${seed}x${number}`
  const isTouched = !random.chance(QUIET_SHARE)
  const count = LEAST_TASKS + random.int(MOST_TASKS - LEAST_TASKS + 1)
  const tasks: PlanTask[] = []
  const outputs = new Map<string, unknown>()
  /** Where the names of tasks are found that tell theirs. */
  const paths = new Map<string, string>()
  for (let at = 0; at < count; at += 1) {
    const id = `t${at}`
    const before = tasks.slice(-5).map((task) => task.id)
    const depends = random.some(before, 0.45).slice(0, MOST_DEPENDENCIES)
    const names = depends.filter((other) => paths.has(other))
    const from = names.map((other) => ({ $ref: paths.get(other) }))
    const maker = at === 0 ? 'transform' : random.pick(isTouched ? TOUCHED : QUIET)
    const made = MAKERS[maker]({ id, nonce, random, toolsUrl, depends, from, names })
    tasks.push({ id, kind: 'tool', depends_on: depends, ...made.fields })
    outputs.set(id, made.output)
    if (made.name) paths.set(id, `tasks.${id}.output.${made.name}`)
  }
  const skills = [isTouched ? SKILL_OF_ALL : SKILL_OF_QUIET]
  return {
    nonce,
    body: {
      tasks: tasks.map((task) => (task.kind === 'agent' ? { ...task, needs: { skills } } : task)),
      budget: { deadline_ms: random.pick(DEADLINES_MS) },
    },
    isTouched,
    outputs,
  }
}

function transform({ id, from, names }: Making): Made {
  const input = { input: { task: id, from, items: ITEMS }, expression: '@' }
  return {
    fields: { needs: { tools: ['transform'] }, input, retry: RETRY },
    output: { task: id, from: names, items: ITEMS },
    name: 'task',
  }
}

/** A tool elsewhere, which fails at first for some. */
function call(making: Making): Made {
  return called(making, making.random.chance(0.3) ? 'idempotent&fails=1' : 'idempotent', 'idempotent')
}

function once(making: Making): Made {
  return called(making, 'once', 'once')
}

function called({ id, nonce, from, names, toolsUrl }: Making, query: string, sideEffect: string): Made {
  const url = `${toolsUrl}/tool/${nonce}/${id}?effect=${query}`
  const input = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: { from } }
  const needs = { tools: ['http_request'] }
  return {
    fields: { needs, input, retry: RETRY, timeout: TIMEOUT, side_effect: sideEffect },
    output: { task: id, from: names },
    name: 'body.task',
  }
}

/** What an agent does with it is told by the task, so that it is the same whenever a seed is run. */
function agent({ id, nonce, random, from, names }: Making): Made {
  const input = { task: id, nonce, from, pace: random.pick(PACES) }
  const action = random.pick(['retry', 'migrate'])
  return {
    fields: { kind: 'agent', input, retry: RETRY, timeout: TIMEOUT, on_error: action },
    output: { task: id, from: names },
    name: 'task',
  }
}

function gate({ id }: Making): Made {
  return { fields: { kind: 'gate', gate: { message: `May ${id} go on?` } }, output: null, name: null }
}

function wait({ random }: Making): Made {
  return { fields: { kind: 'wait', wait: { for_ms: 200 + random.int(3_000) } }, output: null, name: null }
}

function map({ id, depends, from, names }: Making): Made {
  const task = {
    kind: 'tool',
    needs: { tools: ['transform'] },
    input: { input: { task: id, item: { $ref: 'item' }, from }, expression: '@' },
    retry: RETRY,
  }
  return {
    fields: {
      kind: 'map',
      depends_on: [...new Set([SOURCE, ...depends])],
      map: { over: { $ref: `tasks.${SOURCE}.output.items` }, task },
    },
    output: ITEMS.map((item) => ({ task: id, item, from: names })),
    name: null,
  }
}
