import type { ChatRequest } from '../../../src/core/chat.ts'
import type { Reliability } from '../../../src/core/reliability.ts'
import { type Collaborated, collaborate, type Step } from '../../../src/collaborate/collaborate.ts'
import {
  ALONE,
  type CascadePlan,
  type Collaboration,
  type PanelPlan,
  type Team,
} from '../../../src/route/collaboration/plan.ts'
import type { Decision } from '../../../src/route/decision.ts'
import { type HostAnswer, whole, type World, world } from '../execute/hosts.ts'
import { chat, decision, eligible, priced } from '../route/builders.ts'

/** Who can be asked: each at a host of that name; 1 USD per million input tokens, 10 per million output tokens. */
export const NAMES = ['one', 'two', 'three', 'four', 'judge'] as const
const CANDIDATES = NAMES.map((host) =>
  eligible({ host, model: `v/${host}`, price: priced(1, 10), quality: 0.7, cost: 100 }),
)

function candidateAt(name: string) {
  const found = CANDIDATES.find(({ candidate }) => candidate.offer.host === name)
  if (!found) throw new Error(name)
  return found
}

export function team(lead: string, ...others: string[]): Team {
  return [candidateAt(lead), ...others.map(candidateAt)]
}

export function panelOf(names: readonly string[], rest: Partial<PanelPlan> = {}): Collaboration {
  const members = names.map((name) => team(name))
  return {
    ...ALONE,
    pattern: {
      kind: 'panel',
      members,
      aggregation: 'vote',
      judge: team('judge'),
      rubric: null,
      report: false,
      minSuccessful: 1,
      maxConcurrent: members.length,
      roundTimeoutMs: 10_000,
      ...rest,
    },
  }
}

export function cascadeOf(
  stages: readonly (readonly [name: string, threshold: number])[],
  rest: Partial<CascadePlan> = {},
): Collaboration {
  const plan = stages.map(([name, threshold]) => ({ team: team(name), threshold }))
  return { ...ALONE, pattern: { kind: 'cascade', stages: plan, samples: 0, verifier: null, ...rest } }
}

/** A world whose clock stands still until nobody does anything any more; then it goes to the next time waited for. */
export type CrewWorld = World & {
  /** Answers after so many ms of its clock. */
  after: (ms: number, answer: HostAnswer) => HostAnswer
  /** Hosts whose calls have been begun and not ended. */
  underWay: () => number
}

const QUIET_MS = 10

export function crewWorld(
  answers: (world: Pick<CrewWorld, 'after'>) => Record<string, HostAnswer | readonly HostAnswer[]>,
  wishes: Partial<Reliability> = { retries: 0 },
): CrewWorld {
  let clock = 1_000
  let underWay = 0
  let next: ReturnType<typeof setTimeout> | undefined
  const waiting = new Set<{ at: number; wake: () => void }>()
  function tick(): void {
    const [first] = [...waiting].toSorted((a, b) => a.at - b.at)
    if (!first) return
    clock = Math.max(clock, first.at)
    first.wake()
  }
  function wait(): void {
    clearTimeout(next)
    if (waiting.size > 0) next = setTimeout(tick, QUIET_MS)
  }
  function sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const one = { at: clock + ms, wake }
      function wake(): void {
        waiting.delete(one)
        wait()
        resolve()
      }
      waiting.add(one)
      wait()
      signal.addEventListener('abort', wake)
    })
  }
  const after = (ms: number, answer: HostAnswer): HostAnswer => {
    return async (signal) => {
      await sleep(ms, signal)
      signal.throwIfAborted()
      return answer(signal)
    }
  }
  const base = world(answers({ after }), { ttftMs: 60_000, totalMs: 60_000 }, wishes)
  const io = {
    ...base.io,
    now: () => clock,
    sleep,
    began: () => void (underWay += 1),
    ended(...ended: Parameters<typeof base.io.ended>) {
      underWay -= 1
      base.io.ended(...ended)
    },
  }
  return { ...base, io, after, underWay: () => underWay }
}

export type Wish = Partial<ChatRequest> & { stream?: boolean; decided?: Partial<Decision> }

/** Has a collaboration carried out in a world. */
export function together(
  { io, reliability }: CrewWorld,
  collaboration: Collaboration,
  { stream = false, decided = {}, ...rest }: Wish = {},
): Promise<Collaborated> {
  const plan = team('one', 'two')
  return collaborate(
    { ...decision(plan), createdAt: 1_000, reliability, collaboration, ...decided },
    { request: chat(rest), stream },
    io,
  )
}

/** What came of it, read to its end. */
export async function told(made: Collaborated): Promise<{ steps: Step[]; text: string }> {
  if (made.kind !== 'answering') throw new Error(JSON.stringify(made))
  const steps: Step[] = []
  for await (const step of made.events) steps.push(step)
  return { steps, text: steps.map((step) => (step.type === 'text-delta' ? step.text : '')).join('') }
}

export const TOLD = { prompt_tokens: 100, completion_tokens: 20 }

/** A whole answer, with what it used. */
export const saying = (content: string): HostAnswer => whole(content, TOLD)

/** A whole answer that calls tools. */
export const calling =
  (...calls: [name: string, args: string][]): HostAnswer =>
  () => {
    const tool_calls = calls.map(([name, args], index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name, arguments: args },
    }))
    const message = { role: 'assistant', content: null, tool_calls }
    return Response.json({ choices: [{ message, finish_reason: 'tool_calls' }], usage: TOLD })
  }
