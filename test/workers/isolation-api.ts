import { env, exports } from 'cloudflare:workers'
import { expect } from 'vitest'
import * as z from 'zod'
import type { Env } from '../../src/env.ts'
import { matchesSchema } from '../../src/execute/matches-schema.ts'
import { fetchWith } from './world.ts'

/** The operator's own key in these tests. */
export const ADMIN_KEY = 'operates-the-isolation-suite'
const OPERATED: Env = { ...env, ADMIN_KEY }

/** An operation as the published description tells it. */
export type Described = {
  id: string
  method: string
  path: string
  /** `public`, `operator` or a scope. */
  access: string
  /** What each name in the path is. */
  kinds: Readonly<Record<string, string>>
  /** The media type of its body; null where it takes none. */
  type: string | null
  /** What is promised of its answer when all is well; null where nothing comes. */
  answer: Readonly<Record<string, unknown>> | null
}

const json = z.object({ schema: z.record(z.string(), z.unknown()) })
const content = z.object({ 'application/json': json.optional() })
const operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.object({ name: z.string(), in: z.string(), 'x-switchyard-kind': z.string().optional() }),
  ),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
})
const description = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) })

/** All that the Worker says it can be asked. */
export async function describedOperations(): Promise<readonly Described[]> {
  const response = await exports.default.fetch('http://switchyard/openapi.json')
  const { paths } = description.parse(await response.json())
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId, security, parameters, requestBody, responses }]) => ({
        id: operationId,
        method: method.toUpperCase(),
        path,
        access: accessOf(security),
        kinds: Object.fromEntries(
          parameters
            .filter((one) => one.in === 'path')
            .map((one) => [one.name, one['x-switchyard-kind'] ?? 'unknown']),
        ),
        type: Object.keys(requestBody?.content ?? {})[0] ?? null,
        answer:
          Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content?.[
            'application/json'
          ]?.schema ?? null,
      }),
    ),
  )
}

function accessOf(security: readonly Readonly<Record<string, readonly string[]>>[]): string {
  const [first] = security
  if (!first) return 'public'
  return 'operator' in first ? 'operator' : (first['bearer']?.[0] ?? 'unknown')
}

/** What goes into a call beside its operation. `ids`: by name in the path. */
export type Sent = { secret?: string; ids?: Readonly<Record<string, string>>; body?: unknown; query?: string }

/** Makes a call, as any program could. What comes of it when all is well is as it was promised. */
export async function callOperation(asked: Described, sent: Sent): Promise<Response> {
  const { id, method, path, type, answer } = asked
  const { secret, ids = {}, body, query = '' } = sent
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? 'nothing'),
  )
  const response = await fetchWith(OPERATED, `${filled}${query}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
      ...(type !== null && { 'content-type': type }),
    },
    ...(type !== null && { body: typeof body === 'string' ? body : JSON.stringify(body ?? {}) }),
  })
  if (response.ok && answer !== null) {
    const came: unknown = await response.clone().json()
    expect([id, matchesSchema(answer, came), came]).toEqual([id, true, came])
  }
  return response
}
