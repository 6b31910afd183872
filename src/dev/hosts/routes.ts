import type { Target, Wire } from './wire.ts'
import { chatWire } from './wires/chat/index.ts'
import { geminiWire } from './wires/gemini/index.ts'
import { messagesWire } from './wires/messages/index.ts'
import { responsesWire } from './wires/responses/index.ts'

/** What a path asks for. `wire` also gives the shape of refusals. */
export type Route =
  | { to: 'about' }
  | { to: 'faults' }
  | { to: 'calls' }
  | { to: 'models'; wire: Wire; host: string }
  | { to: 'embeddings' | 'count' | 'answer'; wire: Wire; target: Target }

const PLACES: Readonly<Record<string, { to: 'answer' | 'embeddings' | 'count'; wire: Wire }>> = {
  'v1/chat/completions': { to: 'answer', wire: chatWire },
  'v1/responses': { to: 'answer', wire: responsesWire },
  'v1/messages': { to: 'answer', wire: messagesWire },
  'v1/messages/count_tokens': { to: 'count', wire: messagesWire },
  'v1/embeddings': { to: 'embeddings', wire: chatWire },
}
const GEMINI = /^v1beta\/models\/([^:]+):(generateContent|streamGenerateContent|batchEmbedContents)$/

/** Null for a path that no host knows. */
export function findRoute(method: string, url: URL): Route | null {
  const [, host = '', rest = ''] = /^\/([^/]*)\/?(.*)$/.exec(url.pathname) ?? []
  if (host === '') return { to: 'about' }
  if (host === '_control') return rest === 'faults' || rest === 'calls' ? { to: rest } : null
  if (method === 'GET' && rest === 'v1/models') {
    return { to: 'models', host, wire: host === 'anthropic' ? messagesWire : chatWire }
  }
  if (method === 'GET' && rest === 'v1beta/models') return { to: 'models', host, wire: geminiWire }
  if (method !== 'POST') return null
  const place = PLACES[rest]
  if (place) return { ...place, target: { host, model: null, stream: 'no' } }
  const [, model, action] = GEMINI.exec(rest) ?? []
  if (!model || !action) return null
  const asked = { host, model: decodeURIComponent(model) }
  if (action === 'batchEmbedContents') {
    return { to: 'embeddings', wire: geminiWire, target: { ...asked, stream: 'no' } }
  }
  const stream =
    action === 'generateContent' ? 'no' : url.searchParams.get('alt') === 'sse' ? 'events' : 'array'
  return { to: 'answer', wire: geminiWire, target: { ...asked, stream } }
}
