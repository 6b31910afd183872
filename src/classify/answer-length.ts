import type { ChatRequest } from '../core/chat.ts'
import type { TaskType } from '../core/demand.ts'
import type { Conversation } from './conversation.ts'
import { signalOf } from './evidence.ts'
import { readHead, unpackHead } from './learned/head.ts'
import { LENGTH_HEAD } from './learned/head-weights.ts'
import type { TaskGuess } from './task-type.ts'

/** Tokens of a usual answer: a base, and a share of the input where the answer repeats it. Set by hand. */
const USUAL: Readonly<Record<TaskType, readonly [base: number, perFocusToken: number, limit: number]>> = {
  code: [450, 0.3, 2500],
  math: [300, 0.5, 1500],
  reasoning: [300, 0.3, 1500],
  knowledge: [280, 0.1, 900],
  writing: [600, 0.3, 2500],
  rewrite: [20, 1, 8000],
  summarization: [100, 0.12, 900],
  extraction: [90, 0.08, 1500],
  translation: [10, 1.05, 8000],
  classification: [25, 0.05, 400],
  brainstorm: [450, 0.1, 1500],
  roleplay: [300, 0.1, 1200],
  chat: [50, 0.3, 300],
  tool_use: [80, 0.1, 600],
}

const HEAD = unpackHead(LENGTH_HEAD)
/** How far the head is followed: it knows how long answers were in a few sets, whose style is not everybody's. */
const LEARNED_SHARE = 0.5
/** Of the correction, in ln units. */
const FARTHEST = 1

const FEWEST = 1
/** How much of the beginning and of the end of a message is searched for a wished length, UTF-16 units. */
const SEARCHED = 400

const WISH =
  /(\d{1,6}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|single)\b|[一二三四五六七八九十两兩百千]{1,4})[- ]?(?:個|个|條|条|點|点)?[- ]?(word|sentence|paragraph|line|page|bullet|item|idea|tip|example|name|way|reason|step|token|字|词|詞|句|段|行|頁|页|項|项|例|個|个|條|条|點|点|wörter|wort|satz|sätze|mots?\b|phrase|palabra|frase|párrafo|文字|文|단어|문장|слов|предложен)/i

/** Tokens per wished unit. */
const PER_UNIT: readonly (readonly [units: string, tokens: number])[] = [
  ['word|词|詞|wörter|wort|mot|mots|palabra|단어|слов', 1.4],
  ['token', 1],
  ['字|文字', 0.9],
  ['sentence|句|satz|sätze|phrase|frase|文|문장|предложен', 28],
  ['paragraph|段|párrafo', 120],
  ['page|頁|页', 600],
  ['line|行|bullet|item|name|step|way|項|项|例|個|个|條|条|點|点|tip|example|idea|reason', 30],
]
const tokensPerUnit = new Map(
  PER_UNIT.flatMap(([units, tokens]) => units.split('|').map((unit): [string, number] => [unit, tokens])),
)

const COUNTED_THINGS: ReadonlySet<string> = new Set(
  '個 个 條 条 點 点 項 项 item idea tip example name way reason step'.split(' '),
)

const NUMBER_WORDS = new Map(
  'one two three four five six seven eight nine ten'
    .split(' ')
    .map((word, index): [string, number] => [word, index + 1]),
)
const CHINESE_DIGITS = '零一二三四五六七八九'

/**
 * Expected answer tokens without reasoning: a wished length if one is named, else what is usual for the task type and
 * for `focusTokens` of input, corrected by what was learned from real answers; never more than the caller's limit, never less than 1.
 */
export function expectAnswer(
  request: ChatRequest,
  conversation: Conversation,
  guess: TaskGuess,
  focusTokens: number,
): number {
  const wished = wishedTokens(conversation.focus)
  const tokens =
    wished ?? correctTokens(usualTokens(guess, focusTokens), readHead(HEAD, guess.dense, guess.grams))
  const limit = request.sampling.maxOutputTokens ?? Number.POSITIVE_INFINITY
  return Math.max(FEWEST, Math.min(Math.round(tokens), limit))
}

/** The rules' tokens, moved by a part of the `logRatio` (ln of real to the rules') that the learned head expects. */
export function correctTokens(ruled: number, logRatio: number): number {
  return ruled * Math.exp(Math.max(-FARTHEST, Math.min(FARTHEST, LEARNED_SHARE * logRatio)))
}

/** What is usual for the task type and for `focusTokens` of input, by rules set by hand. */
export function usualTokens(guess: TaskGuess, focusTokens: number): number {
  const [base, share, limit] = USUAL[guess.taskType]
  const usual = Math.min(limit, base + share * focusTokens)
  if (signalOf(guess.focus, 'brief') > 0) return usual * 0.4
  return signalOf(guess.focus, 'thorough') > 0 ? usual * 1.7 : usual
}

/** Tokens of a length named in the text ("in 500 words", "三句話"), or null. */
function wishedTokens(text: string): number | null {
  const searched = text.length <= 2 * SEARCHED ? text : `${text.slice(0, SEARCHED)}\n${text.slice(-SEARCHED)}`
  const match = WISH.exec(searched)
  if (match === null) return null
  const amount = amountOf(match[1] ?? '')
  const perUnit = tokensPerUnit.get((match[2] ?? '').toLowerCase())
  if (amount === null || perUnit === undefined || amount < fewest(match[2] ?? '')) return null
  return Math.min(50_000, amount * perUnit + 3)
}

/** In Chinese "one thing" is an article, and one reason or step is no length either: lists start at three. */
function fewest(unit: string): number {
  return COUNTED_THINGS.has(unit.toLowerCase()) ? 3 : 1
}

function amountOf(written: string): number | null {
  const number = Number(written)
  if (Number.isFinite(number)) return number
  return (
    NUMBER_WORDS.get(written.toLowerCase()) ??
    (written.toLowerCase() === 'single' ? 1 : chineseNumber(written))
  )
}

function chineseNumber(written: string): number {
  let total = 0
  let digit = 0
  for (const character of written) {
    const unit = character === '十' ? 10 : character === '百' ? 100 : character === '千' ? 1000 : 0
    if (unit === 0) digit = '两兩'.includes(character) ? 2 : CHINESE_DIGITS.indexOf(character)
    else {
      total += Math.max(digit, 1) * unit
      digit = 0
    }
  }
  return total + digit
}
