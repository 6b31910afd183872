import { ONE_PIECE, type WorkStructure } from '../core/demand.ts'
import { type Evidence, signalOf } from './evidence.ts'

/** Larger numbers of parts or steps cannot be told from a long list of data. */
const MOST = 16
/** What is asked about is named within so many UTF-16 units of the word that asks to compare it. */
const NAMED_WITHIN = 300
const COMPARING = /compar\p{L}*|versus|vergleich\p{L}*|сравн\p{L}*|比较|比較|对比|對比|비교/iu
/** Stands between names that are listed. */
const LISTING = /,(?!\d)|、|，|；|;|&|\b(?:and|und|et|y|e|или|и)\b|和|与|與|以及|と|및/giu
/** From here on the names are over. */
const NAMES_END = /[.!?:。？！：\n]/

/**
 * How the work that a message asks for is put together: its questions, the items of a list of which each is to be seen
 * to, what is compared; and the words that make one step wait for another. A list that nobody asks to work through is
 * material. Made of what was counted before: only a comparison is read again.
 *
 * @param text what `evidence` was read from
 */
export function workStructureOf(text: string, evidence: Evidence): WorkStructure {
  const { listItems, questions, codeMarks, lines, options } = evidence.structure
  const parts = signalOf(evidence, 'parts')
  const sequence = signalOf(evidence, 'sequence')
  if (parts === 0 && sequence === 0 && questions < 2) return ONE_PIECE
  const isCode = codeMarks > 2 * lines
  // Questions with answers to choose from are one question, or material.
  const asked = isCode || options > 1 ? 0 : questions
  const listed = parts > 0 ? Math.max(1, listItems, parts >= 2 ? comparedIn(text) : 1) : 1
  return { parallel: within(Math.max(asked, listed)), depth: within(1 + Math.round(sequence)) }
}

/** How many things a comparison names; 1 where none is told apart. */
function comparedIn(text: string): number {
  const at = text.search(COMPARING)
  if (at < 0) return 1
  const after = text.slice(at, at + NAMED_WITHIN)
  const end = after.search(NAMES_END)
  const names = (end < 0 ? after : after.slice(0, end)).split(LISTING)
  return names.filter((name) => /[\p{L}\d]/u.test(name)).length
}

function within(count: number): number {
  return Math.min(MOST, Math.max(1, count))
}
