import type { JsonObject } from './json.ts'
import { garble, mutate, render } from './mutate.ts'
import { createRandom, type Random } from './random.ts'
import { chatSeed } from './seeds/chat.ts'
import { messagesSeed } from './seeds/messages.ts'
import { completionSeed, embeddingSeed } from './seeds/prompts.ts'
import { responsesSeed } from './seeds/responses.ts'

/** What callers may speak, by its path. */
export const PROTOCOLS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  count: '/v1/messages/count_tokens',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  route: '/v1/route',
} as const
export type Protocol = keyof typeof PROTOCOLS

/** One request as it is sent. */
export type FuzzRequest = {
  number: number
  protocol: Protocol
  body: string
  headers: Record<string, string>
}

/** How often each protocol is asked: those with most to get wrong most. */
const TURNS: readonly [Protocol, ...Protocol[]] = [
  'chat',
  'responses',
  'messages',
  'chat',
  'responses',
  'messages',
  'chat',
  'responses',
  'messages',
  'count',
  'completions',
  'embeddings',
  'route',
]
/** How many places of a body are changed; none leaves it right. */
const CHANGES = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 8] as const
const GARBLED_RATE = 0.03
const ODD_HEADER_RATE = 0.1
const WRONG_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonx',
  'multipart/form-data',
  '',
] as const

/**
 * The request of this number; equal seeds make equal requests.
 *
 * @param stored ids of responses that may be continued
 */
export function requestOf(seed: number, number: number, stored: readonly string[]): FuzzRequest {
  const random = createRandom(seed, number)
  const protocol = TURNS[number % TURNS.length] ?? 'chat'
  const tree = mutate(random, seedOf(protocol, random, stored), random.pick(CHANGES))
  const text = render(tree)
  const body = random.chance(GARBLED_RATE) ? garble(random, text) : text
  return { number, protocol, body, headers: headersOf(random) }
}

function seedOf(protocol: Protocol, random: Random, stored: readonly string[]): JsonObject {
  switch (protocol) {
    case 'chat':
    case 'route':
      return chatSeed(random)
    case 'responses':
      return responsesSeed(random, stored)
    case 'messages':
    case 'count':
      return messagesSeed(random)
    case 'completions':
      return completionSeed(random)
    case 'embeddings':
      return embeddingSeed(random)
  }
}

function headersOf(random: Random): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (!random.chance(ODD_HEADER_RATE)) return headers
  switch (random.int(5)) {
    case 0:
      return { 'content-type': random.pick(WRONG_TYPES) }
    case 1:
      return {
        'content-type': random.pick([
          'application/json; charset=utf-8',
          'APPLICATION/JSON',
          'application/vnd.api+json',
        ]),
      }
    case 2:
      return { ...headers, 'x-switchyard-metadata': 'enabled' }
    case 3:
      return { ...headers, 'x-session-id': random.pick(['s1', 'x'.repeat(300), 'ä ö', ' ']) }
    default:
      return {
        ...headers,
        'anthropic-version': '2026-10-21',
        'anthropic-beta': random.pick(['context-1m-2025-08-07', 'unknown', ',']),
      }
  }
}
