import { inject } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'

const faults = () => `${inject('hostsUrl')}/_control/faults`

/** A fault with which an answer takes long, and something of it comes all the time. */
export const TRICKLE = { kind: 'drip', delayMs: 1 }

/** Makes the simulated hosts go wrong, until `clearFaults`. */
export async function scriptFaults(script: readonly object[]): Promise<void> {
  const body = JSON.stringify(script)
  const response = await fetch(faults(), { method: 'POST', body })
  if (!response.ok) throw new Error(await response.text())
}

export async function clearFaults(): Promise<void> {
  await fetch(faults(), { method: 'DELETE' })
}

const calls = z.object({ calls: z.array(z.looseObject({ at: z.number(), aborted: z.boolean() })) })

async function callsSince(since: number) {
  const response = await fetch(`${inject('hostsUrl')}/_control/calls`)
  return calls.parse(await response.json()).calls.filter(({ at }) => at >= since)
}

/** Whether a simulated host was called since then. @param since Unix ms */
export async function hostsWereAsked(since: number): Promise<boolean> {
  return (await callsSince(since)).length > 0
}

/** Whether the latest call of a simulated host was given up by its caller. */
export async function hostsWereLeft(): Promise<boolean> {
  return (await callsSince(0)).at(-1)?.aborted ?? false
}

/** Whether one of the calls of simulated hosts since then was given up by its caller. @param since Unix ms */
export async function someHostWasLeft(since: number): Promise<boolean> {
  return (await callsSince(since)).some(({ aborted }) => aborted)
}

const decision = z.object({
  status: z.string(),
  attempts: z.array(z.object({ model: z.string(), outcome: z.string() })),
})

/** What the history says of an answer, once it has got there. */
export async function recorded(response: { headers: Headers }): Promise<z.output<typeof decision>> {
  const id = response.headers.get('x-switchyard-decision-id')
  const headers = { authorization: `Bearer ${DEV_KEY}` }
  for (let tries = 0; tries < 120; tries++) {
    const found = await fetch(`${inject('switchyardUrl')}/v1/decisions/${id}`, { headers })
    if (found.ok) return decision.parse(await found.json())
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`${id} was never recorded`)
}

/** A picture of one pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
