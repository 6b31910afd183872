import { isRecord } from '../../core/canonical-json.ts'
import type { NativeRequest, ReasoningEffort, SealFormat } from '../../core/chat.ts'
import { readSeal } from '../../core/sealed-thoughts.ts'

/** What a host keeps between requests, which none does for us: each gets the whole conversation in `input`. */
const STATE_FIELDS: ReadonlySet<string> = new Set(['previous_response_id', 'store', 'background'])

/**
 * Items whose `id` the format does not need. Replayed, it makes hosts look for an item that they never stored, and
 * refuse. The items of hosts' own tools must keep theirs.
 */
const WITHOUT_ID: ReadonlySet<unknown> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
])

type Fields = Readonly<Record<string, unknown>>

/** What the chosen model is told about thinking. */
export type Thinking = {
  /** False for a model that refuses every word about it. */
  thinks: boolean
  effort: ReasoningEffort | undefined
  /** Whose sealed thoughts it takes back; null for nobody's. */
  seals: SealFormat | null
}

/** The caller's own body, less what belongs to another host or another time. */
export function nativeBody({ body }: NativeRequest, stream: boolean, thinking: Thinking): Fields {
  const { input, reasoning, stream_options: streamOptions, ...rest } = body
  const told = reasoningField(reasoning, thinking)
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !STATE_FIELDS.has(name))),
    ...(input !== undefined && { input: inputField(input, thinking.seals) }),
    ...(told && { reasoning: told }),
    ...(stream && streamOptions !== undefined && { stream_options: streamOptions }),
  }
}

/** The caller's wish with our effort: the router may have chosen another, or a model that takes none. */
function reasoningField(reasoning: unknown, { thinks, effort }: Thinking): Fields | null {
  if (!thinks) return null
  const { effort: _wished, ...wish } = isRecord(reasoning) ? reasoning : {}
  const told = effort === undefined ? wish : { ...wish, effort }
  return Object.keys(told).length > 0 ? told : null
}

function inputField(input: unknown, seals: SealFormat | null): unknown {
  if (!Array.isArray(input)) return input
  return input.flatMap((item: unknown) => (isRecord(item) ? inputItem(item, seals) : [item]))
}

function inputItem(item: Fields, seals: SealFormat | null): Fields[] {
  const type = item['type'] ?? 'message'
  if (type === 'reasoning') {
    const { status: _status, ...thought } = item
    return isReadable(item['encrypted_content'], seals) ? [thought] : []
  }
  if (!WITHOUT_ID.has(type)) return [item]
  const { id: _id, status: _status, ...rest } = item
  return [rest]
}

/** Whether the model can read a sealed thought: hosts refuse missing seals, and ones of others that we passed on. */
function isReadable(seal: unknown, seals: SealFormat | null): boolean {
  if (typeof seal !== 'string' || seal === '') return false
  return readSeal(seal, { format: 'openai', kind: 'encrypted' }).format === seals
}
