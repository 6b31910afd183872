import { env } from 'cloudflare:workers'
import { type AgentCard, blankCard } from '../../src/agents/card.ts'
import type { Env } from '../../src/env.ts'
import { perform } from '../../src/http/runs/perform.ts'
import type { AttemptOrder, AttemptOutcome } from '../../src/runs/attempt.ts'
import { MINI, sentIn } from './crew.ts'
import type { HostCall } from './hosts.ts'

/** An agent that is a prompt and OpenAI's small model. */
export const MINI_AGENT: AgentCard = { ...blankCard('mini', 'model'), model: MINI, prompt: 'You write.' }

/** An agent at an address. */
export function agentAt(kind: AgentCard['kind'], url: string, said: Partial<AgentCard> = {}): AgentCard {
  return { ...blankCard(`the-${kind}`, kind), url, ...said }
}

/** What comes of an order, and what was told meanwhile. */
export async function performed(
  order: AttemptOrder,
  {
    signal = new AbortController().signal,
    variables = { ...env },
  }: { signal?: AbortSignal; variables?: Env } = {},
): Promise<{ outcome: AttemptOutcome; told: unknown[] }> {
  const told: unknown[] = []
  const background: Promise<unknown>[] = []
  const outcome = await perform(variables, order, {
    signal,
    background: (work) => void background.push(work),
    progress: (partial) => void told.push(partial),
  })
  await Promise.allSettled(background)
  return { outcome, told }
}

/** Everything that hosts were sent, as text. */
export function allSent(calls: readonly HostCall[]): string {
  return calls.map(sentIn).join('\n')
}
