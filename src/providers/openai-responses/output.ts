import * as z from 'zod'
import type { ContentEvent, SealFormat } from '../../core/chat.ts'

const texts = z.array(z.object({ text: z.string().nullish() })).nullish()
const callFields = { id: z.string().nullish(), call_id: z.string().nullish(), name: z.string() }

const outputItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    content: z
      .array(
        z.object({
          text: z.string().nullish(),
          refusal: z.string().nullish(),
          logprobs: z.array(z.unknown()).nullish(),
        }),
      )
      .nullish(),
  }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string().nullish(),
    summary: texts,
    content: texts,
    encrypted_content: z.string().nullish(),
  }),
  z.object({ type: z.literal('function_call'), ...callFields, arguments: z.string().nullish() }),
  z.object({ type: z.literal('custom_tool_call'), ...callFields, input: z.string().nullish() }),
])
type OutputItem = z.infer<typeof outputItem>
type HostCall = Extract<OutputItem, { call_id?: unknown }>
type HostThought = Extract<OutputItem, { type: 'reasoning' }>

const typed = z.object({ type: z.string() })
const ITEM_TYPES: ReadonlySet<string> = new Set(outputItem.options.map(({ shape }) => shape.type.value))

/** The host's place for an output item: its index, or its id where there is none. */
export type Place = number | string

/** What a piece belongs to: a part of a message, a part of a thought, or the input of a call. */
export type PieceKind = 'text' | 'refusal' | 'summary' | 'thought' | 'call'

/** A piece of an item; `part` counts the parts of its kind. */
type Piece = {
  place: Place
  kind: PieceKind
  part: number
  text: string
  logprobs?: readonly unknown[]
}

/**
 * Reads the output items of one answer, each as it begins, in pieces, and once more whole when it is done. What came
 * in pieces is not said again. Items of the host's own tools are skipped.
 */
export type OutputReader = {
  /** @throws on an item of a known type that is not in the format */
  begin(item: unknown, place: Place): ContentEvent[]
  add(piece: Piece): ContentEvent[]
  /** The whole of a piece. */
  finishPiece(piece: Piece): ContentEvent[]
  /** @throws on an item of a known type that is not in the format */
  finish(item: unknown, place: Place): ContentEvent[]
  /** Whether anything of any item has come. */
  begun(): boolean
  /** Whether the model called a tool of the caller's. */
  called(): boolean
}

/** One reader per answer. `seals`: whose models can read the host's encrypted thoughts; null for nobody's we know. */
export function createOutputReader(seals: SealFormat | null): OutputReader {
  const progress: Progress = { begun: false, said: new Set(), calls: new Map(), open: null }
  return {
    begin(body, place) {
      progress.begun = true
      const item = readItem(body)
      return item && isCall(item) ? startCall(progress, item, place) : []
    },
    add: (piece) => add(progress, piece),
    finishPiece: (piece) => finishPiece(progress, piece),
    finish(body, place) {
      progress.begun = true
      const item = readItem(body)
      if (!item) return []
      const start = isCall(item) ? startCall(progress, item, place) : []
      const rest = piecesOf(item, place).flatMap((piece) => finishPiece(progress, piece))
      return [...start, ...rest, ...(item.type === 'reasoning' ? seal(progress, item, seals) : [])]
    },
    begun: () => progress.begun,
    called: () => progress.calls.size > 0,
  }
}

type Progress = {
  begun: boolean
  /** The pieces of which something was said. */
  said: Set<string>
  /** Our index of each call. */
  calls: Map<Place, number>
  /** The message or the part of a thought that was last added to, while nothing else came. */
  open: { type: 'text-delta' | 'reasoning-delta'; key: string } | null
}

function add(progress: Progress, piece: Piece): ContentEvent[] {
  progress.begun = true
  const event = piece.text === '' ? null : say(progress, piece)
  if (!event) return []
  progress.said.add(keyOf(piece))
  return [event]
}

function finishPiece(progress: Progress, piece: Piece): ContentEvent[] {
  return progress.said.has(keyOf(piece)) ? [] : add(progress, piece)
}

/** Null for input of a call whose name is not known yet: it comes with the whole call. */
function say(progress: Progress, piece: Piece): ContentEvent | null {
  const { kind, place, text, logprobs } = piece
  switch (kind) {
    case 'call': {
      const index = progress.calls.get(place)
      return index === undefined ? null : { type: 'tool-call-delta', index, argumentsJson: text }
    }
    case 'refusal':
      progress.open = null
      return { type: 'refusal-delta', text }
    case 'summary':
    case 'thought':
      return { type: 'reasoning-delta', text: apart(progress, 'reasoning-delta', keyOf(piece)) + text }
    case 'text': {
      const spaced = apart(progress, 'text-delta', String(place)) + text
      return { type: 'text-delta', text: spaced, ...(logprobs?.length && { logprobs }) }
    }
  }
}

/** The blank line between messages, or parts of thoughts, that follow each other. */
function apart(progress: Progress, type: 'text-delta' | 'reasoning-delta', key: string): string {
  const { open } = progress
  progress.open = { type, key }
  return open?.type === type && open.key !== key ? '\n\n' : ''
}

function startCall(progress: Progress, item: HostCall, place: Place): ContentEvent[] {
  const { calls } = progress
  if (calls.has(place)) return []
  const index = calls.size
  calls.set(place, index)
  progress.open = null
  const id = item.call_id || item.id || `call_${index}`
  const kind = item.type === 'custom_tool_call' ? { custom: true as const } : {}
  return [{ type: 'tool-call-start', index, id, name: item.name, ...kind }]
}

function seal(progress: Progress, thought: HostThought, format: SealFormat | null): ContentEvent[] {
  const { id, encrypted_content: data } = thought
  if (!format || !data) return []
  progress.open = null
  return [{ type: 'reasoning-seal', seal: { format, kind: 'encrypted', data, ...(id && { id }) } }]
}

/** Null for an item of the host's own tools, or of a kind we do not know. */
function readItem(body: unknown): OutputItem | null {
  return ITEM_TYPES.has(typed.parse(body).type) ? outputItem.parse(body) : null
}

function isCall(item: OutputItem): item is HostCall {
  return item.type === 'function_call' || item.type === 'custom_tool_call'
}

function keyOf({ place, kind, part }: Piece): string {
  return `${place}/${kind}/${part}`
}

/** Everything that an item says. */
function piecesOf(item: OutputItem, place: Place): Piece[] {
  const pieces = (kind: PieceKind, parts: z.infer<typeof texts>) =>
    (parts ?? []).map(({ text }, part): Piece => ({ place, kind, part, text: text ?? '' }))
  switch (item.type) {
    case 'message':
      return (item.content ?? []).map(({ text, refusal, logprobs }, part): Piece => {
        if (refusal) return { place, kind: 'refusal', part, text: refusal }
        return { place, kind: 'text', part, text: text ?? '', ...(logprobs && { logprobs }) }
      })
    case 'reasoning':
      return [...pieces('summary', item.summary), ...pieces('thought', item.content)]
    case 'function_call':
      return pieces('call', [{ text: item.arguments }])
    case 'custom_tool_call':
      return pieces('call', [{ text: item.input }])
  }
}
