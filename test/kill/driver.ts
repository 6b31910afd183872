import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { type RandomPlan, randomPlan } from './random-plan.ts'
import { ask, ENDED } from './runs-api.ts'

/** So many runs are underway at each kill. */
const UNDERWAY = 16
const TURN_MS = 500
/** Gates are answered after a while, and some with no. */
const REJECTED = 0.1

export type Driven = {
  plan: RandomPlan
  /** Null until Switchyard has said that it has it. */
  id: string | null
  hasEnded: boolean
}

type World = { url: string; toolsUrl: string; seed: number; isUp: () => boolean }

const begun = z.object({ id: z.string() })
const list = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) })

/**
 * Begins runs whenever some have ended, and is the person who answers gates. Runs that nobody has to do with are never
 * asked for: which have ended is read from the list of all, which is not theirs.
 */
export function startDriver(world: World) {
  const driven: Driven[] = []
  const wish = { begins: true, goesOn: true }
  let broken: unknown = null
  async function turn(): Promise<void> {
    if (!world.isUp()) return
    await noteEnded(world, driven)
    const open = driven.filter(({ hasEnded }) => !hasEnded)
    for (let more = UNDERWAY - open.length; wish.begins && more > 0; more -= 1) {
      const plan = randomPlan(world.seed, driven.length, world.toolsUrl)
      driven.push({ plan, id: null, hasEnded: false })
    }
    await Promise.all(driven.filter(({ id }) => id === null).map((one) => begin(world, one)))
    await Promise.all(open.filter(({ plan }) => plan.isTouched).map((one) => answer(world, one)))
  }
  async function work(): Promise<void> {
    while (wish.goesOn) {
      await turn()
      await sleep(TURN_MS)
    }
  }
  const working = work().catch((error: unknown) => {
    broken = error
  })
  return {
    /** @throws where it could not go on */
    driven(): readonly Driven[] {
      if (broken !== null) throw broken
      return driven
    },
    beginNoMore: () => void (wish.begins = false),
    async stop(): Promise<void> {
      wish.goesOn = false
      await working
    },
  }
}

/** Asked again with the same key until it is answered: one that was begun is not begun twice. */
async function begin({ url }: World, one: Driven): Promise<void> {
  const key = { 'idempotency-key': one.plan.nonce }
  const { status, body } = await ask(url, 'POST', '/v1/runs', { plan: one.plan.body }, key)
  if (status === 202 || status === 200) one.id = begun.parse(body).id
  else if (status >= 400 && status < 500) {
    throw new Error(`A plan was refused: ${status} ${JSON.stringify(body)}\n${JSON.stringify(one.plan.body)}`)
  }
}

/** Looks through the list as far back as there is one that may go on. */
async function noteEnded({ url }: World, driven: readonly Driven[]): Promise<void> {
  const open = new Map(driven.flatMap((one) => (one.id === null || one.hasEnded ? [] : [[one.id, one]])))
  for (let before = '', missing = open.size; missing > 0;) {
    const { status, body } = await ask(url, 'GET', `/v1/runs?limit=100${before && `&before=${before}`}`)
    if (status !== 200) return
    const { data } = list.parse(body)
    for (const run of data) {
      const one = open.get(run.id)
      if (!one) continue
      one.hasEnded = ENDED.has(run.status)
      missing -= 1
    }
    before = data.at(-1)?.id ?? ''
    if (before === '') return
  }
}

/** Approves what waits, by trying: gates, and effects nobody knows the outcome of. */
async function answer({ url }: World, { id, plan }: Driven): Promise<void> {
  if (id === null) return
  for (const [at, { id: task, kind, ...fields }] of plan.body.tasks.entries()) {
    const path = `/v1/runs/${id}/tasks/${task}`
    const isRejected = kind === 'gate' && at / plan.body.tasks.length < REJECTED
    if (kind === 'gate') await ask(url, 'POST', `${path}/${isRejected ? 'reject' : 'approve'}`, {})
    else if (fields['side_effect'] === 'once') {
      const output = { status: 200, headers: {}, body: plan.outputs.get(task) }
      await ask(url, 'POST', `${path}/approve`, { output })
    }
  }
}
