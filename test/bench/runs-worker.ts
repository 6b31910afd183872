/**
 * What `npm run bench:runs` serves: runs of tasks that do nothing, on the real objects. `POST /runs?shape=&tasks=&kind=&id=`
 * begins one and answers when it has ended; `GET /runs?id=&…` tells what is wrong with it. There is no database of D1 here:
 * what a run writes there at its end is taken by `/execute`.
 */
import { blankCard } from '../../src/agents/card.ts'
import type { GraphObject } from '../../src/agents/graph-object.ts'
import type { Plan } from '../../src/core/plan.ts'
import { decodePlan } from '../../src/protocols/plans/decode-plan.ts'
import { checkPlan } from '../../src/runs/plan/check-plan.ts'
import { type AttemptOrder, type AttemptOutcome, NO_COST } from '../../src/runs/attempt.ts'
import { LaneObject } from '../../src/runs/lane-object.ts'
import { runObject } from '../../src/http/runs/run-log.ts'
import { LAST_EVENTS, type RunEvent } from '../../src/runs/run/events.ts'
import { ENDED, type RunRequest } from '../../src/runs/run/state.ts'
import type { RunObject } from '../../src/runs/run-object.ts'
import { SHAPES, type Shape } from './runs-shapes.ts'

export { GraphObject } from '../../src/agents/graph-object.ts'
export { RunObject } from '../../src/runs/run-object.ts'

/** Attempts that are done as soon as they begin. */
export class AttemptObject extends LaneObject {
  protected override async perform(order: AttemptOrder): Promise<AttemptOutcome> {
    return { kind: 'succeeded', output: order.input, cost: NO_COST }
  }
}

type Env = { RUNS: DurableObjectNamespace<RunObject>; GRAPH: DurableObjectNamespace<GraphObject> }

const TENANT = 'bench'
const AGENT = 'idle'
const WAIT_MS = 20_000
const HOUR_MS = 3_600_000

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/execute') return answerAsDatabase(request)
    if (pathname === '/agent') return register(env)
    if (pathname === '/gc') return collect()
    const shape = shapeCalled(searchParams.get('shape') ?? '', Number(searchParams.get('tasks')))
    const id = searchParams.get('id') ?? ''
    const run = runObject(env, TENANT, id)
    if (request.method === 'GET') return Response.json(await faultsOf(run, shape))
    const plan = planOf(shape, searchParams.get('kind') ?? '')
    await run.begin(requestFor(id, plan), id, null)
    for (;;) {
      const view = await run.viewAtEnd(WAIT_MS)
      if (view && ENDED.has(view.state.status)) return new Response(view.state.status)
    }
  },
}

function shapeCalled(name: string, tasks: number): Shape {
  for (const [known, make] of Object.entries(SHAPES)) if (known === name) return make(tasks)
  throw new Error(`There is no shape ${name}`)
}

/** Every task gives its own id. */
function planOf(shape: Shape, kind: string): Plan {
  const needs = kind === 'agent' ? { skills: [AGENT] } : { tools: ['transform'] }
  const tasks = shape.map(({ id, after }) => ({ id, kind, depends_on: after, input: { task: id }, needs }))
  const { plan, broken, found } = decodePlan({ tasks })
  checkPlan(plan, broken, found)
  if (found.faults.length > 0) throw new Error(JSON.stringify(found.faults))
  return plan
}

function requestFor(id: string, plan: Plan): RunRequest {
  const limits = { limits: null, tenantLimits: null, allowedModels: null }
  const caller = {
    tenantId: TENANT,
    keyId: 'key_bench',
    scopes: ['agents'],
    userId: null,
    ...limits,
  } as const
  return {
    id,
    caller,
    region: 'bench',
    origin: 'http://bench',
    goal: null,
    plan,
    budget: { microUsd: null, tokens: null, deadlineMs: HOUR_MS, maxAttempts: null },
    input: null,
    agents: null,
    tools: [],
    callback: null,
    sessionId: null,
    forkOf: null,
    createdAt: Date.now(),
  }
}

async function register({ GRAPH }: Env): Promise<Response> {
  const skills = [{ id: AGENT, description: '', tags: [], examples: [], level: 1 }]
  const card = { ...blankCard(AGENT, 'model'), skills, capacity: 1_000 }
  await GRAPH.getByName(TENANT).tell({ kind: 'agent-put', card, ifMatch: null })
  return new Response('known')
}

/** The runtime is started so that this is there. */
function collect(): Response {
  const gc: unknown = Reflect.get(globalThis, 'gc')
  if (typeof gc === 'function') gc()
  return new Response(typeof gc)
}

/** What is lost or doubled. */
async function faultsOf(run: ReturnType<typeof runObject>, shape: Shape): Promise<string[]> {
  const events: RunEvent[] = []
  for (let hasMore = true; hasMore;) {
    const page = await run.eventsAfter(events.at(-1)?.seq ?? 0, 0)
    events.push(...(page?.events ?? []))
    hasMore = (page?.events.length ?? 0) > 0
  }
  const faults: string[] = []
  if (events.some(({ seq }, at) => seq !== at + 1)) faults.push('the log has gaps')
  const ends = events.filter(({ type }) => LAST_EVENTS.has(type))
  if (ends.length !== 1) faults.push(`${ends.length} ends`)
  const succeeded = Map.groupBy(
    events.filter(({ type }) => type === 'task.succeeded'),
    ({ task }) => task,
  )
  for (const { id } of shape) {
    const times = succeeded.get(id)?.length ?? 0
    if (times !== 1) faults.push(`${id} succeeded ${times} times`)
    const output = JSON.stringify(await run.value(`output:${id}`))
    if (output !== JSON.stringify({ task: id })) faults.push(`${id} gave ${output}`)
  }
  return faults
}

/** As D1 answers who writes. */
async function answerAsDatabase(request: Request): Promise<Response> {
  await request.text()
  const meta = { duration: 0, changes: 1, last_row_id: 0, rows_read: 0, rows_written: 1 }
  return Response.json([{ success: true, results: [], meta }])
}
