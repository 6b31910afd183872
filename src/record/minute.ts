import * as z from 'zod'
import { FAILURE_CODES } from '../core/chat.ts'
import type { OfferMinuteRow } from '../db/offer-minutes.ts'

const count = z.int().nonnegative()
const amount = z.number().nonnegative()

/**
 * What the queue carries of a finished minute: what the calls of everybody in a region came to, by model and host.
 * Entries outlive deploys, so they carry a version and are parsed when read. Money in micro-USD.
 */
const minuteEntry = z.object({
  version: z.literal(1),
  type: z.literal('minute'),
  region: z.string(),
  /** Unix ms of its beginning. */
  minute: z.int(),
  offers: z.array(
    z.object({
      host: z.string(),
      model: z.string(),
      requests: count,
      failures: z.partialRecord(z.enum(FAILURE_CODES), count),
      ttftMs: z.object({ p50: amount, p95: amount }).nullable(),
      tokensPerSecond: amount.nullable(),
      costMicroUsd: amount,
    }),
  ),
})
export type MinuteEntry = z.infer<typeof minuteEntry>

/** Reads a queue message; null when it is no minute of a version we know. */
export function readMinute(message: unknown): MinuteEntry | null {
  return minuteEntry.safeParse(message).data ?? null
}

/** The rows that minutes become. */
export function minuteRows(entries: readonly MinuteEntry[]): OfferMinuteRow[] {
  return entries.flatMap(({ minute, region, offers }) =>
    offers.map(({ host, model, requests, failures, ttftMs, tokensPerSecond, costMicroUsd }) => ({
      minute,
      region,
      host,
      model,
      requests,
      failures: JSON.stringify(failures),
      ttftMsP50: ttftMs?.p50 ?? null,
      ttftMsP95: ttftMs?.p95 ?? null,
      tokensPerSecondP50: tokensPerSecond,
      costMicroUsd,
    })),
  )
}
