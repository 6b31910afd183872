import { chanceOf } from './chance.ts'
import { isChinese } from './prose.ts'
import { lastUserText, type Question } from './question.ts'

/** How a model is told to write the rest of an answer that stands in the turn before. */
const CUT_OFF = /\breply above was cut off\b/i
const MARK = /^\[simulated [^\]]*\] /
/** Up to and with the blank behind it. */
const SENTENCE = /[^.!?。！？]*[.!?。！？]+\s*/gu

/** A question whose answer broke off: the question as it was first asked, and what was written of the answer. */
export type BrokenOff = { question: Question; partial: string }

/** Null for a question that does not ask for the rest of an answer. */
export function brokenOff(question: Question): BrokenOff | null {
  const begun = question.turns.at(-2)
  if (begun?.role !== 'assistant' || !CUT_OFF.test(lastUserText(question))) return null
  return { question: { ...question, turns: question.turns.slice(0, -2) }, partial: begun.text }
}

/**
 * The rest of an answer that another model began, in one's own words. Like other models, it repeats the last words of
 * what is there now and then (in one of three cases, and where nothing is left to say).
 *
 * @param whole what one would have answered oneself
 */
export function restOf(whole: string, partial: string): string {
  const mark = MARK.exec(whole)?.[0] ?? ''
  if (partial.startsWith('[') && !MARK.test(partial)) {
    // The mark itself broke off: of another model's, only the bracket is left to close.
    const closing = mark.length - (partial.endsWith(']') ? 1 : 2)
    return whole.slice(mark.startsWith(partial) ? partial.length : closing)
  }
  const [own, said] = [whole.slice(mark.length), partial.replace(MARK, '')]
  const rest = own.startsWith(said) ? own.slice(said.length) : unsaid(own, said)
  const repeats = rest === '' || chanceOf(partial) < 1 / 3
  return repeats ? lastWords(partial) + rest : rest
}

/** First the end of the sentence that broke off, if one would have said it too, then what was not said yet. */
function unsaid(own: string, said: string): string {
  const open = said.slice((said.match(SENTENCE) ?? []).join('').length)
  const left = (own.match(SENTENCE) ?? []).filter((sentence) => !said.includes(sentence.trim()))
  const same = left.find((sentence) => open !== '' && sentence.startsWith(open))
  const others = left.filter((sentence) => sentence !== same)
  return (same ? same.slice(open.length) : endOf(said, open)) + others.join('')
}

/** What closes a sentence that one would not have said, and parts it from the next. */
function endOf(said: string, open: string): string {
  if (isChinese(said)) return open === '' ? '' : '。'
  return open === '' ? (/\s$/.test(said) ? '' : ' ') : '. '
}

function lastWords(text: string): string {
  return isChinese(text) ? text.slice(-12) : (/(?:\S+\s+){0,4}\S+\s*$/.exec(text)?.[0] ?? '')
}
