import type { ReasoningPart, Seal, SealFormat } from '../../core/chat.ts'
import type { BodyReasoningDetail } from './schema.ts'

/** OpenRouter's names for whose models can read a detail. */
const FORMAT_NAMES: Readonly<Record<SealFormat, string>> = {
  openai: 'openai-responses-v1',
  anthropic: 'anthropic-claude-v1',
  google: 'google-gemini-v1',
}
const FORMATS: ReadonlyMap<string, SealFormat> = new Map([
  [FORMAT_NAMES.openai, 'openai'],
  [FORMAT_NAMES.anthropic, 'anthropic'],
  [FORMAT_NAMES.google, 'google'],
])

/** What OpenAI Chat has no word for, as OpenRouter's clients send it back: an entry of `reasoning_details`. */
export type ReasoningDetail = {
  type: 'reasoning.text' | 'reasoning.encrypted'
  text?: string
  signature?: string
  data?: string
  id: string | null
  format: string
  index: number
}

/** A sealed thought as an entry. `callId`: the tool call that a seal of Google's stands before. */
export function detailOf(text: string, seal: Seal, index: number, callId?: string): ReasoningDetail {
  const id = callId ?? seal.id ?? null
  const format = FORMAT_NAMES[seal.format]
  if (seal.kind === 'encrypted' || seal.format === 'google') {
    return { type: 'reasoning.encrypted', data: seal.data, id, format, index }
  }
  return { type: 'reasoning.text', text, signature: seal.data, id, format, index }
}

/** Sealed thoughts in their order, and apart from them the seals that belong to tool calls, by the call's id. */
export function readDetails(details: readonly BodyReasoningDetail[]): {
  thoughts: ReasoningPart[]
  callSeals: ReadonlyMap<string, Seal>
} {
  const thoughts: ReasoningPart[] = []
  const callSeals = new Map<string, Seal>()
  for (const detail of details) {
    const seal = sealOf(detail)
    if (seal?.format === 'google' && detail.id) callSeals.set(detail.id, seal)
    else if (seal) thoughts.push({ type: 'reasoning', text: detail.text ?? '', seal })
    else if (detail.text) thoughts.push({ type: 'reasoning', text: detail.text })
  }
  return { thoughts, callSeals }
}

function sealOf({ signature, data, id, format }: BodyReasoningDetail): Seal | null {
  const known = FORMATS.get(format ?? '')
  if (!known) return null
  if (signature) return { format: known, kind: 'signature', data: signature }
  if (!data) return null
  if (known === 'google') return { format: known, kind: 'signature', data }
  return { format: known, kind: 'encrypted', data, ...(id && { id }) }
}
