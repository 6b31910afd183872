import { callOutside, type OutsideAnswer } from './call-outside.ts'
import { signatureHeaders } from './sign.ts'

/** Something that a tenant is told of. */
export type WebhookEvent = {
  /** The same however often it is sent: who hears it twice can tell. */
  id: string
  tenantId: string
  /** Where the tenant wants to be told, see `outsideUrlFault`. */
  url: string
  /** Words with dots, the general one first: `budget.exceeded`. */
  type: string
  /** At most 100 kB as JSON, so that the queue takes it. */
  data: object
}

/** An event as the queue carries it; it outlives deploys. `at`: when it happened (Unix ms). */
export type WebhookMessage = WebhookEvent & { version: 1; at: number }

/** How long a listener may take, and how much of what it says is read: only whether it heard us counts. */
const TIMEOUT_MS = 15_000
const MAX_BYTES = 1_024

/**
 * Tells a tenant of something: by the queue, which tries again for hours while nobody listens. What may be told more than
 * once has one `id`.
 *
 * @param now Unix ms
 * @throws when the queue does not take it
 */
export async function deliver(
  { WEBHOOKS }: { WEBHOOKS: Queue },
  event: WebhookEvent,
  now: number,
): Promise<void> {
  const message: WebhookMessage = { version: 1, at: now, ...event }
  await WEBHOOKS.send(message)
}

/**
 * Posts an event once, signed as Standard Webhooks wants it, with the attributes of a CloudEvent 1.0 in headers beside.
 *
 * @param now Unix ms
 * @param allowLoopback see `outsideUrlFault`
 */
export async function postEvent(
  { id, tenantId, url, type, data, at }: WebhookMessage,
  secret: string,
  { now, allowLoopback }: { now: number; allowLoopback: boolean },
): Promise<OutsideAnswer> {
  const timestamp = new Date(at).toISOString()
  const body = JSON.stringify({ type, timestamp, data })
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Switchyard',
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-source': `/tenants/${encodeURIComponent(tenantId)}`,
    'ce-type': type,
    'ce-time': timestamp,
    ...(await signatureHeaders(secret, { id, body }, now)),
  }
  return callOutside(
    url,
    { method: 'POST', headers, body },
    { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, allowLoopback },
  )
}
