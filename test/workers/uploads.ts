import { exports } from 'cloudflare:workers'
import { expect } from 'vitest'
import * as z from 'zod'
import { bearer, type Key } from './world.ts'

/** Sends outcomes as they are. */
export function send(key: Key, body: string, type = 'application/x-ndjson'): Promise<Response> {
  const headers = { ...bearer(key), 'content-type': type }
  return exports.default.fetch('http://switchyard/v1/evals/outcomes', { method: 'POST', headers, body })
}

const report = z.object({
  object: z.literal('eval.outcomes'),
  received: z.int(),
  accepted: z.int(),
  repeated: z.int(),
  contradictory: z.int(),
  clipped: z.int(),
  refused: z.int(),
  errors: z.array(z.strictObject({ row: z.int(), field: z.string().nullable(), message: z.string() })),
  totals: z.strictObject({ prompts: z.int(), rows: z.int(), models: z.int() }),
})

/** Sends rows one a line, text as it is, and reads what became of them. */
export async function upload(key: Key, rows: readonly unknown[], type?: string) {
  const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)))
  const response = await send(key, lines.join('\n'), type)
  expect(response.status).toBe(200)
  return report.parse(await response.json())
}
