import { fold } from '../classify/folding.ts'

/** Words that are in any goal and any description. Shorter than three letters they are none of ours anyway. */
const EVERYWHERE = new Set(
  'the and for with that this from are was has have how what why you your our can please into about all any its then them they not but use using make need want'.split(
    ' ',
  ),
)
const RUN = /\p{sc=Han}+|(?:(?!\p{sc=Han})[\p{L}\p{N}])+/gu
const HAN = /^\p{sc=Han}/u
const ENDING = /(?:ing|ers?|ed|es|s|e)$/
const MIN_LETTERS = 3
/** Shorter words have no endings to lose: `test`, `data`. */
const MIN_STEM_LETTERS = 4

/** A text in which case, width and Chinese script make no difference. */
export function foldText(text: string): string {
  let folded = ''
  for (let at = 0; at < text.length; at += 1) folded += String.fromCharCode(fold(text.charCodeAt(at)))
  return folded
}

/** What a text is about: its words without endings, of Chinese every two characters that stand together. */
export function wordsOf(text: string): ReadonlySet<string> {
  const runs = foldText(text).match(RUN) ?? []
  return new Set(runs.flatMap((run) => (HAN.test(run) ? pairsOf(run) : stemOf(run))))
}

function pairsOf(run: string): string[] {
  if (run.length <= 2) return [run]
  return Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
}

/** `writer`, `writing` → `writ`; `planner` → `plan`. Crude, but the same on both sides. */
function stemOf(word: string): string[] {
  if (word.length < MIN_LETTERS || EVERYWHERE.has(word)) return []
  const stem = word.replace(ENDING, '').replace(/([^aeiou])\1$/, '$1')
  return [word.length > MIN_STEM_LETTERS && stem.length >= MIN_LETTERS ? stem : word]
}
