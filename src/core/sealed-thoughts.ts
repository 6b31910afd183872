import type { Seal, SealFormat } from './chat.ts'

/** Marks text of ours in a field that a client keeps unread: the format, the kind and the host's id follow. */
const MARK = 'sy1'
const FORMATS: ReadonlySet<string> = new Set<SealFormat>(['openai', 'anthropic', 'google'])

/**
 * A seal as one opaque text, for protocols whose own field knows only one kind of host. Seals of `own` stay as they
 * are, so that clients may also bring ones they got elsewhere.
 */
export function writeSeal(seal: Seal, own: SealFormat): string {
  if (seal.format === own) return seal.data
  return [MARK, seal.format, seal.kind, writeId(seal.id ?? ''), seal.data].join('.')
}

/** Reads what `writeSeal` wrote; any other text is a seal of the protocol's own hosts. */
export function readSeal(text: string, own: Omit<Seal, 'data'>): Seal {
  const [mark, format, kind, id, ...data] = text.split('.')
  if (mark !== MARK || !isFormat(format) || (kind !== 'signature' && kind !== 'encrypted')) {
    return { ...own, data: text }
  }
  return { format, kind, data: data.join('.'), ...(id && { id: readId(id) }) }
}

function writeId(id: string): string {
  return encodeURIComponent(id.toWellFormed()).replaceAll('.', '%2E')
}

/** The text comes from a client: it may be anything. */
function readId(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isFormat(text: string | undefined): text is SealFormat {
  return FORMATS.has(text ?? '')
}
