import { exports } from 'cloudflare:workers'
import * as z from 'zod'

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
}

const operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.object({ name: z.string(), in: z.string(), 'x-switchyard-kind': z.string().optional() }),
  ),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
})
const description = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) })

/** All that the Worker says it can be asked. */
export async function describedOperations(): Promise<readonly Described[]> {
  const response = await exports.default.fetch('http://switchyard/openapi.json')
  const { paths } = description.parse(await response.json())
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security, parameters, requestBody }]) => ({
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
    })),
  )
}

function accessOf(security: readonly Readonly<Record<string, readonly string[]>>[]): string {
  const [first] = security
  if (!first) return 'public'
  return 'operator' in first ? 'operator' : (first['bearer']?.[0] ?? 'unknown')
}

/** What goes into a call beside its operation. `ids`: by name in the path. */
export type Sent = { secret?: string; ids?: Readonly<Record<string, string>>; body?: unknown; query?: string }

/** Makes a call, as any program could. */
export function callOperation({ method, path, type }: Described, sent: Sent): Promise<Response> {
  const { secret, ids = {}, body, query = '' } = sent
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? 'nothing'),
  )
  return exports.default.fetch(`http://switchyard${filled}${query}`, {
    method,
    headers: {
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
      ...(type !== null && { 'content-type': type }),
    },
    ...(type !== null && { body: typeof body === 'string' ? body : JSON.stringify(body ?? {}) }),
  })
}
