import * as z from 'zod'
import type { Stand } from './stand.ts'

const model = z.object({
  providers: z.array(
    z.object({
      provider: z.string(),
      health: z.string(),
      live: z.object({ ttft_ms: z.object({ p50: z.number(), p95: z.number() }).nullish() }).nullish(),
    }),
  ),
})
type LiveOffer = z.infer<typeof model>['providers'][number]

/** What the Worker says at this moment of a model at a host. @throws when it knows no such host */
export async function liveOffer(stand: Stand, modelId: string, host: string): Promise<LiveOffer> {
  const headers = { authorization: `Bearer ${stand.keys[0] ?? ''}` }
  const response = await fetch(`${stand.url}/v1/models/${modelId}`, { headers })
  const offer = model.parse(await response.json()).providers.find(({ provider }) => provider === host)
  if (!offer) throw new Error(`${modelId} is not known at ${host}`)
  return offer
}

const POLL_MS = 100

/** Notes when the breaker of a model at a host opens and closes, until it is stopped. Unix ms. */
export function watchBreaker(stand: Stand, modelId: string, host: string) {
  const changes: { at: number; open: boolean }[] = []
  let isOpen = false
  const polling = setInterval(() => {
    liveOffer(stand, modelId, host).then(
      ({ health }) => {
        const open = health === 'breaker_open'
        if (open !== isOpen) changes.push({ at: Date.now(), open })
        isOpen = open
      },
      // The next look tells as much.
      () => undefined,
    )
  }, POLL_MS)
  return {
    /** When it opened first after a time; null when it did not. */
    openedAfter: (since: number) => changes.find(({ at, open }) => open && at >= since)?.at ?? null,
    stop: () => clearInterval(polling),
  }
}
