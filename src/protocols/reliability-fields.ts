import * as z from 'zod'
import { present } from '../core/present.ts'
import type { ReliabilityWish } from '../core/reliability.ts'
import { LIMITS } from './limits.ts'

const milliseconds = z.int().min(1).max(LIMITS.waitMs)

/** How long an answer may be reused, in seconds. */
export const cacheTtl = z.int().min(0).max(LIMITS.cacheTtlSeconds)

/** How hard an answer is tried for: the same words in a request and in a tenant's configuration. */
export const effortFields = {
  num_retries: z
    .int()
    .min(0)
    .max(LIMITS.retries)
    .nullish()
    .describe('How often one host is asked again after it failed.'),
  max_attempts: z.int().min(1).max(LIMITS.attempts).nullish().describe('Calls for one answer, all together.'),
  max_total_ms: milliseconds.nullish().describe('One deadline over all attempts, in milliseconds.'),
  timeouts: z
    .strictObject({
      connect_ms: milliseconds.nullish(),
      ttft_ms: milliseconds.nullish(),
      idle_ms: milliseconds.nullish(),
      total_ms: milliseconds.nullish(),
    })
    .nullish()
    .describe('How long one call may take: to be connected, to its first token, between tokens, altogether.'),
  hedge: z
    .union([z.boolean(), z.strictObject({ after_ms: milliseconds.nullish() })])
    .nullish()
    .describe('Asks a second host while the first is silent, and keeps who begins first.'),
  stream_failure: z
    .strictObject({
      mode: z.enum(['terminate', 'continue']).nullish(),
      max_fallbacks: z.int().min(0).max(LIMITS.streamFallbacks).nullish(),
    })
    .nullish()
    .describe(
      'What happens when an answer breaks off midway: it ends with an error, or another model goes on.',
    ),
}

/** LiteLLM's object; what else it may hold there is not ours to refuse. */
export const cacheField = z.object({
  ttl: cacheTtl.nullish(),
  'no-cache': z.boolean().nullish(),
  'no-store': z.boolean().nullish(),
})

const effortBody = z.object({ ...effortFields, cache: cacheField.nullish() })

/** What a body says of how hard an answer is tried for. */
export function reliabilityWish(body: z.infer<typeof effortBody>): ReliabilityWish {
  const { timeouts, stream_failure: failure, cache } = body
  return {
    ...present({
      retries: body.num_retries,
      maxAttempts: body.max_attempts,
      maxTotalMs: body.max_total_ms,
      timeouts:
        timeouts &&
        present({
          connectMs: timeouts.connect_ms,
          ttftMs: timeouts.ttft_ms,
          idleMs: timeouts.idle_ms,
          totalMs: timeouts.total_ms,
        }),
      streamFailure: failure && present({ mode: failure.mode, maxFallbacks: failure.max_fallbacks }),
      cache:
        cache &&
        present({
          ttlMs: cache.ttl == null ? null : cache.ttl * 1_000,
          noRead: cache['no-cache'],
          noStore: cache['no-store'],
        }),
    }),
    ...hedgeWish(body.hedge),
  }
}

/** False is a wish too: no hedging, whatever others want. */
function hedgeWish(hedge: z.infer<typeof effortBody>['hedge']): Pick<ReliabilityWish, 'hedge'> {
  if (hedge == null) return {}
  if (typeof hedge === 'boolean') return { hedge: hedge ? { afterMs: null } : null }
  return { hedge: { afterMs: hedge.after_ms ?? null } }
}
