import type { ChatRequest } from '../core/chat.ts'
import { numberKey, type NumberReading, plainMath } from './numbers.ts'

/** What a request asks for, as far as answers to it can be compared. */
export type Question = {
  text: string
  /** What each option says, as a key, by its letter. */
  options: ReadonlyMap<string, string>
  /** Yes or no. */
  isClosed: boolean
  asksQuantity: boolean
  reading: NumberReading
}

/** How much of the last user message is read, from its end: questions stand there. UTF-16 units. */
const MAX_CHARS = 8_000
const QUANTITY_CHARS = 1_500
/** Options are told apart by so much of them, UTF-16 units. */
const MAX_KEY_CHARS = 400

const AMOUNTS =
  'number|total|sum|amount|product|difference|quotient|remainder|probability|odds|percent(?:age)?|fraction|ratio|value|average|mean|median|area|perimeter|circumference|radius|volume|length|width|height|weight|distance|speed|price|cost|profit|age|degree|measure|time|year'
const QUANTITY = new RegExp(
  [
    String.raw`\bhow (?:many|much|long|far|old|tall|fast|high|large|big|often|heavy|deep|wide)\b`,
    String.raw`\b(?:calculate|compute|evaluate|simplify|solve(?: for|:| the equation))\b`,
    String.raw`\b(?:what|find|determine|estimate|state)\b.{0,60}\b(?:${AMOUNTS})s?\b|\bwhat percent`,
    String.raw`\b(?:what(?: i|')s|find) (?:\$?[-\w+^]{1,8}\$?(?=[.?])|[\d(])`,
    '多少|哪一?年|[几幾](?:[个個人天年只隻元块塊次岁歲种種]|分之)|(?<![要请請需追寻尋恳懇])求(?![职職助救爱愛])|[计計]算(?![机機])|等于|等於',
    String.raw`(?<![=!<>])[=＝] ?[?？]|^[\d.,() ]*\d ?[-+*/×÷^][\d.,+*/×÷^()=?？ -]*$`,
  ].join('|'),
  'im',
)
const PERCENT = /percent|[%％]|百分/i
const CLOSED =
  /\b(?:yes or no|true or false|yes\/no|true\/false)\b|是否|是不是|有没有|有沒有|能不能|会不会|會不會|对不对|對不對|对还是错|對還是錯|(?:判断|判斷).{0,10}(?:对错|對錯|正误|正誤|真假)|^(?!.*(?:你|您|帮|幫|请|請)).*[吗嗎]\s*[?？]?\s*$|(?:^|[.!?:\n]\s*)(?:is|are|was|were|does|do|did|has|have|had|should|can|could|will|would|must)\s+(?!you\b|we\b|i\b|there (?:a|any|some) way)[^.?!\n]{3,200}\?\s*$/im
/** Who wants something written wants no short answer, whatever words stand in it. */
const WRITING =
  /\b(?:write|implement|draft|compose|refactor|debug|rewrite|translate|summari[sz]e|brainstorm)\b|(?:写|寫|编写|編寫|实现|實現|撰写|撰寫|翻译|翻譯|总结|總結).{0,20}(?:代码|代碼|程序|程式|函数|函數|脚本|腳本|文章|作文|邮件|郵件|故事|诗|詩|报告|報告|一篇|一封|一段|成|下)/i
/** `A.`, `(B)`, `C:`, `D、`. */
const OPTION = /(?:^|[\s(（[])([A-Ja-j])\s?[.)）\]、:：．]\s*/gm

/** What the last message of a request's user asks for. */
export function questionOf({ messages }: ChatRequest): Question {
  const last = messages.findLast(({ role }) => role === 'user')
  const whole =
    last?.role === 'user' ? last.content.map((part) => (part.type === 'text' ? part.text : '')) : []
  const text = whole.join('\n').slice(-MAX_CHARS).trim()
  const end = text.slice(-QUANTITY_CHARS)
  const isWriting = WRITING.test(end)
  const asksQuantity = !isWriting && QUANTITY.test(end)
  const reading = { isPercent: PERCENT.test(end), mayHaveUnit: asksQuantity }
  return {
    text: text.toLowerCase(),
    options: optionsIn(text, reading),
    isClosed: !isWriting && CLOSED.test(end),
    asksQuantity,
    reading,
  }
}

/** Options are lettered from A on; of several lists the last is the one that is asked about. */
function optionsIn(text: string, reading: NumberReading): ReadonlyMap<string, string> {
  let found: { letter: string; from: number; mark: number }[] = []
  for (const match of text.matchAll(OPTION)) {
    const letter = (match[1] ?? '').toUpperCase()
    const isNext = letter.charCodeAt(0) === 65 + found.length
    if (letter === 'A') found = []
    if (letter === 'A' || isNext)
      found.push({ letter, mark: match.index, from: match.index + match[0].length })
  }
  if (found.length < 2) return new Map()
  return new Map(
    found.map(({ letter, from }, at) => {
      const end = found[at + 1]?.mark ?? (text.indexOf('\n', from) + 1 || text.length)
      return [letter, plainKey(text.slice(from, end), reading)]
    }),
  )
}

/** What a text says: a number, or else its words, of a long one the first. Empty where it says nothing. */
export function plainKey(text: string, reading: NumberReading): string {
  return numberKey(text, reading) ?? textKey(text.slice(0, MAX_KEY_CHARS))
}

/** Signs that mean something, as in formulas, lists and code. */
const MEANT = /[[\]{}()<>=+*/\\^|&#@_]|\d ?-|- ?\d/
const AROUND = /^[\s"'“”‘’«»「」『』`*_]+|[\s"'“”‘’«»「」『』`*_.。,，;；!！]+$/g

/**
 * The words of a text without case, punctuation and articles; formulas and code keep everything but blanks. Empty
 * where no words are left.
 */
export function textKey(text: string): string {
  const key = simplified(text)
  return key === text ? key : textKey(key)
}

function simplified(text: string): string {
  const plain = plainMath(text).replace(AROUND, '')
  if (MEANT.test(plain)) return plain.replace(/\s/g, '')
  return (
    plain
      .toLowerCase()
      // What stands before a figure belongs to it, as in -5 and 3.5; so does a percent sign after it.
      .replace(/(?:(?!%)[\p{P}\p{S}]|(?<!\d)%|\s)+(?!\d)|\s+/gu, ' ')
      .replace(/(?<=[\p{sc=Han}]) (?=[\p{sc=Han}])/gu, '')
      .trim()
      .replace(/^(?:(?:the|an?|about|approximately|around|roughly) )+/, '')
  )
}
