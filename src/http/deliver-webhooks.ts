import * as z from 'zod'
import { log } from '../core/log.ts'
import { configOf, type Env } from '../env.ts'
import { postEvent, type WebhookMessage } from '../webhooks/deliver.ts'
import { signingSecret } from './webhook-secrets.ts'

const webhookMessage = z.object({
  version: z.literal(1),
  id: z.string(),
  tenantId: z.string(),
  url: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  at: z.number(),
})

/** The first pause before another attempt; each one is twice the one before, up to the longest that queues know. */
const FIRST_PAUSE_SECONDS = 30
const MAX_PAUSE_SECONDS = 86_400
/** The listener is gone for good. */
const GONE = 410

/** Posts what tenants are told. Who does not take it is told again later; after the last attempt it is a dead letter. */
export async function deliverWebhooks(batch: MessageBatch, env: Env): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = webhookMessage.safeParse(message.body)
      const outcome = parsed.success ? await attempt(env, parsed.data) : 'was unreadable'
      if (outcome === null) return message.ack()
      if (outcome === 'again') return message.retry({ delaySeconds: pauseAfter(message.attempts) })
      log('warn', { message: `A webhook ${outcome}`, id: message.id, tenantId: parsed.data?.tenantId })
      message.ack()
    }),
  )
}

/** @param attempts made so far */
function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), MAX_PAUSE_SECONDS)
}

/** @returns null when it was heard, `again` when it may be heard later, otherwise why it never will */
async function attempt(env: Env, message: WebhookMessage): Promise<string | null> {
  try {
    const secret = await signingSecret(env, message.tenantId)
    const allowLoopback = configOf(env).simulatedHostsUrl !== null
    const answer = await postEvent(message, secret, { now: Date.now(), allowLoopback })
    if (answer.kind === 'failed') return answer.reason === 'refused' ? 'has no public address' : 'again'
    if (answer.status >= 200 && answer.status < 300) return null
    return answer.status === GONE ? 'has no listener any more' : 'again'
  } catch (cause) {
    log('error', { message: 'A webhook was not sent', id: message.id, cause: String(cause) })
    return 'again'
  }
}
