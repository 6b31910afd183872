import { type Answer, textsOf } from '../core/answer.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import {
  type AssistantPart,
  type ChatEvent,
  type ChatRequest,
  type ContentEvent,
  inToolLoop,
  type NativeRequest,
  type Usage,
} from '../core/chat.ts'
import { log } from '../core/log.ts'
import { present } from '../core/present.ts'
import { type CacheWish, cacheWishOf } from '../core/reliability.ts'
import type { Reason } from '../core/routing.ts'
import { sha256Hex } from '../tenants/keys.ts'
import type { Asked } from './asked.ts'
import type { RequestScope } from './context.ts'
import { directedFor } from './directed.ts'

/** An answer as it is kept for equal requests of its tenant. */
export type KeptAnswer = {
  decisionId: string
  reason: Reason
  modelId: string
  host: string
  parts: readonly AssistantPart[]
  stopSequence?: string
  usage: Usage
  /** How several came to it, as the API tells it, where that belongs to the answer. */
  outcome?: object
  /** Unix ms. */
  keptAt: number
}

/** Who answered, for an answer that is to be kept. */
type AnsweredBy = Omit<KeptAnswer, 'parts' | 'stopSequence' | 'keptAt'>

/**
 * What the cache knows of a request. `miss`: the answer that is made now may be given to `keep`, which nobody waits
 * for. `bypass`: neither read nor kept.
 */
export type CacheLookup = { status: 'hit'; kept: KeptAnswer } | CacheMiss
export type CacheMiss =
  | { status: 'miss'; keep: (answer: Answer, by: AnsweredBy) => void }
  | { status: 'bypass' }

/** Part of every key: answers that another version of this file kept are not read. */
const FORMAT = 2
/** Longer answers are not kept, in bytes of JSON. */
const MAX_BYTES = 1024 * 1024

/** Fields of a native body that say nothing of what is to be answered. */
const ABOUT_TRANSPORT: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'stream_options',
  'store',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
])
/** What hosts of other formats are not told, and yet adds nothing to an answer that only this format could say. */
const PLAIN =
  /^(?:prompt_cache_\w+|service_tier|safety_identifier|max_tool_calls|truncation|(?:text\.)?verbosity|logit_bias|prediction|min_p|top_a|top_k|repetition_penalty)$/

/** Looks for an answer to an equal request of the same tenant. A cache that fails is as if it were empty. */
export async function lookUp(asked: Asked): Promise<CacheLookup> {
  const { scope } = asked
  const wish = cacheWishFor(asked)
  const key = await cacheKeyOf(asked, wish)
  const { ttlMs = 0 } = wish
  if (key === null) return { status: 'bypass' }
  const kept = wish.noRead ? null : await readAnswer(key, ttlMs, Date.now()).catch(logged(scope))
  if (kept) return { status: 'hit', kept }
  return {
    status: 'miss',
    keep(answer, by) {
      const parts = wish.noStore ? null : keptPartsOf(answer)
      if (!parts) return
      scope.background(keepAnswer(key, { ...parts, ...by, keptAt: Date.now() }, ttlMs).catch(logged(scope)))
    },
  }
}

/**
 * Whether and how long an answer may be kept and reused: as the body says, then the header, then where the tenant
 * directs the request, then the tenant for all.
 */
export function cacheWishFor(asked: Asked): CacheWish {
  const { scope, inbound, config } = asked
  const { cacheTtlMs: ttlMs } = scope
  const header = ttlMs === null ? {} : { cache: { ttlMs } }
  const directed = directedFor(asked).directions.flatMap(({ reliability }) => reliability ?? [])
  return cacheWishOf([inbound.routing.reliability, header, ...directed, config.reliability])
}

function logged({ requestId }: RequestScope) {
  return (cause: unknown): null => {
    log('error', { message: 'The response cache failed', requestId, cause: String(cause) })
    return null
  }
}

/**
 * Where the answer to a request is kept: the same for requests of one tenant that ask the same and go by the same rules. Null where no answer
 * may be reused: nobody wishes it, a tool might act, or our words do not hold all that an answer may say.
 */
async function cacheKeyOf(asked: Asked, wish: CacheWish): Promise<string | null> {
  const { scope, inbound, version } = asked
  const { chat, routing } = inbound
  if (!wish.ttlMs || (wish.noRead && wish.noStore) || !isReusable(chat)) return null
  const { user: _user, metadata: _metadata, native, ...said } = chat
  const { models, provider, autoRouter, collaboration } = routing
  const { allowedModels } = scope.caller
  const { model, directions } = directedFor(asked)
  const choice = { model, models, provider, autoRouter, collaboration, allowedModels, directions }
  const question = { asked: said, native: native && nativeQuestion(native), ...choice }
  const hash = await sha256Hex(canonicalJson(question))
  const whose = `${encodeURIComponent(scope.caller.tenantId)}/${version}`
  return `https://answers.switchyard.invalid/${FORMAT}/${whose}/${hash}`
}

function isReusable({ messages, tools, sampling, native }: ChatRequest): boolean {
  if (tools.length > 0 || inToolLoop(messages)) return false
  if ((sampling.choices ?? 1) > 1 || sampling.logprobs) return false
  return (
    !native || (native.onlyHere.length === 0 && native.droppedElsewhere.every((name) => PLAIN.test(name)))
  )
}

function nativeQuestion({ format, body, headers }: NativeRequest): object {
  const fields = Object.entries(body).filter(([name]) => !ABOUT_TRANSPORT.has(name))
  return { format, body: Object.fromEntries(fields), headers }
}

/** The answer kept under a key, unless it is older than this request wishes. @param now Unix ms */
async function readAnswer(key: string, ttlMs: number, now: number): Promise<KeptAnswer | null> {
  const found = await caches.default.match(key)
  if (!found) return null
  const kept = await found.json<KeptAnswer>()
  return now - kept.keptAt < ttlMs ? kept : null
}

/** Keeps an answer in this data centre for `ttlMs`, unless it is too long. */
async function keepAnswer(key: string, kept: KeptAnswer, ttlMs: number): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(kept))
  if (bytes.byteLength > MAX_BYTES) return
  const headers = {
    'content-type': 'application/json',
    'cache-control': `max-age=${Math.ceil(ttlMs / 1_000)}`,
  }
  await caches.default.put(key, new Response(bytes, { headers }))
}

/** What of an answer is kept; null for one that is no whole answer in words. */
function keptPartsOf({ choices, last }: Answer): Pick<KeptAnswer, 'parts' | 'stopSequence'> | null {
  if (last?.type !== 'answer-end' || last.reason !== 'stop' || choices.length > 1) return null
  const { text, refusal, toolCalls } = textsOf(choices[0])
  if (text.trim() === '' || refusal !== '' || toolCalls.length > 0) return null
  return { parts: choices[0].parts, ...present({ stopSequence: last.stopSequence }) }
}

/** The events of a kept answer, as if it were written again. */
export function replayed({ parts, stopSequence, usage }: KeptAnswer): readonly ChatEvent[] {
  return [
    ...parts.flatMap(eventsOf),
    { type: 'answer-end', reason: 'stop', usage, ...present({ stopSequence }) },
  ]
}

function eventsOf(part: AssistantPart): ContentEvent[] {
  switch (part.type) {
    case 'text':
      return piecesOf(part.text).map((text) => ({ type: 'text-delta', text }))
    case 'reasoning': {
      const thoughts = piecesOf(part.text).map((text): ContentEvent => ({ type: 'reasoning-delta', text }))
      return part.seal ? [...thoughts, { type: 'reasoning-seal', seal: part.seal }] : thoughts
    }
    case 'refusal':
    case 'tool-call':
      return []
  }
}

/** A stream comes in pieces; so many, or fewer of a short text. Characters are not cut. */
const PIECES = 8
const SHORTEST_PIECE = 16

function piecesOf(text: string): readonly string[] {
  const length = Math.max(SHORTEST_PIECE, Math.ceil(text.length / PIECES))
  return text.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? []
}
