import * as z from 'zod'
import type { Guarded, Guardrail, WebhookCheck } from '../core/guardrails.ts'
import { log } from '../core/log.ts'
import { configOf } from '../env.ts'
import { callOutside } from '../webhooks/call-outside.ts'
import type { RequestScope } from './context.ts'

/** What a checker says of texts. `texts`: in their order, masked. */
export type Opinion =
  | { verdict: 'allow' }
  | { verdict: 'block'; found: readonly string[] }
  | { verdict: 'mask'; found: readonly string[]; texts: readonly string[] }

const ALLOW: Opinion = { verdict: 'allow' }
const MAX_KINDS = 16
const MAX_KIND_CHARS = 64

const found = z.array(z.string().min(1).max(MAX_KIND_CHARS)).max(MAX_KINDS).nullish()
const answer = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('allow') }),
  z.object({ verdict: z.literal('block'), found }),
  z.object({
    verdict: z.literal('mask'),
    found,
    text: z.string().nullish(),
    texts: z.array(z.string()).nullish(),
  }),
])

/** How much longer than the texts the answer of a checker may be, in bytes; a character takes three at most, escaped six. */
const ROOM = 16_384
const BYTES_PER_CHAR = 6

/**
 * Asks a tenant's own checker: it is sent `{id, on, tenant, text, texts}`, where `text` is all `texts` with an empty line
 * between, and answers `{verdict, found?, texts?}` (or `text` where there is one). Who does not answer in time, or makes
 * no sense, has no objection (`failOpen`), or objects to everything.
 */
export async function askWebhook(
  { env, caller, requestId }: RequestScope,
  { id }: Guardrail,
  { url, timeoutMs, failOpen }: WebhookCheck,
  on: Guarded,
  texts: readonly string[],
): Promise<Opinion> {
  if (texts.length === 0) return ALLOW
  const text = texts.join('\n\n')
  const called = await callOutside(
    url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, on, tenant: caller.tenantId, text, texts }),
    },
    {
      timeoutMs,
      maxBytes: ROOM + text.length * BYTES_PER_CHAR,
      allowLoopback: configOf(env).simulatedHostsUrl !== null,
    },
  )
  const opinion = called.kind === 'answered' && called.status === 200 ? read(called.text, texts.length) : null
  if (opinion) return opinion
  const message = called.kind === 'failed' ? called.message : `answered ${called.status}`
  log('warn', { message: 'A guardrail webhook failed', id, requestId, cause: message })
  return failOpen ? ALLOW : { verdict: 'block', found: ['unchecked'] }
}

/** Null for what makes no sense. */
function read(body: string, count: number): Opinion | null {
  const said = answer.safeParse(parsed(body)).data
  if (!said) return null
  if (said.verdict === 'allow') return ALLOW
  const kinds = said.found?.length ? said.found : ['objection']
  if (said.verdict === 'block') return { verdict: 'block', found: kinds }
  const texts = said.texts ?? (count === 1 && typeof said.text === 'string' ? [said.text] : [])
  return texts.length === count ? { verdict: 'mask', found: kinds, texts } : null
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
