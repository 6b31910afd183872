import { type Answer, textsOf } from '../core/answer.ts'
import { canonicalJson, isRecord } from '../core/canonical-json.ts'
import type { ChatRequest, ToolCall } from '../core/chat.ts'
import { isRefusal } from '../execute/refusal.ts'
import { numberKey, numbersIn, plainMath } from './numbers.ts'
import { plainKey, type Question, questionOf, textKey } from './question.ts'
import { readJson } from './read-json.ts'
import { firstSentence, proseOf, statedIn } from './stated-answer.ts'

/** What an answer comes to. Equal keys, for the same request, are the same answer. */
export type FinalAnswer = { kind: 'number' | 'choice' | 'json' | 'text' | 'tool_calls'; key: string }

/** Longer texts are no short answers; a Han character is half a word. */
const MAX_WORDS = 8
/** One sentence around what it names. */
const MAX_SENTENCE_WORDS = 30

/**
 * What an answer comes to, so that it can be compared with others to the same request; null where it cannot be: free
 * prose, code, refusals, answers that broke off. Texts count as short answers only in one line, unless they say
 * expressly which their answer is.
 */
export function finalAnswerOf(request: ChatRequest, { choices, last }: Answer): FinalAnswer | null {
  if (last?.type !== 'answer-end' || (last.reason !== 'stop' && last.reason !== 'tool_calls')) return null
  const { text, refusal, toolCalls } = textsOf(choices[0])
  if (toolCalls.length > 0) {
    return { kind: 'tool_calls', key: canonicalJson(toolCalls.map(callKey).sort(byUnits)) }
  }
  if (refusal !== '' || text.trim() === '' || isRefusal(text)) return null
  if (request.output.type !== 'text') return jsonAnswer(readJson(text))
  return textAnswer(questionOf(request), text)
}

/** A call as text, the same for the same tool and the same arguments; arguments that are no JSON count as they stand. */
export function callKey({ name, argumentsJson, custom }: ToolCall): string {
  const text = argumentsJson.trim()
  if (custom) return canonicalJson([name, argumentsJson])
  try {
    return canonicalJson([name, text === '' ? {} : JSON.parse(text)])
  } catch {
    return canonicalJson([name, text])
  }
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Fields in which models think aloud before they answer. */
const THOUGHTS =
  /^(?:(?:chain_?of_?)?thoughts?|reasoning|reason|rationale|explanation|justification|thinking|思考|推理|理由|解释|解釋)$/i

function jsonAnswer(value: unknown): FinalAnswer | null {
  if (value === undefined) return null
  const fields = isRecord(value) ? Object.entries(value) : []
  const answer = fields.filter(([name]) => !THOUGHTS.test(name))
  const counted = answer.length > 0 ? Object.fromEntries(answer) : value
  return { kind: 'json', key: canonicalJson(counted) }
}

function textAnswer(question: Question, text: string): FinalAnswer | null {
  const prose = proseOf(text)
  const stated = statedIn(prose)
  const given = stated === null ? null : interpreted(stated, question)
  if (given !== null && given.kind !== 'text') return given
  if (prose !== text.trim() && text.includes('```')) return given ?? fencedNumber(question, text)
  const chosen = choiceIn(prose, question) ?? verdictIn(prose, question) ?? given
  if (chosen !== null) return chosen
  if (isShort(prose, MAX_WORDS)) return interpreted(unwrapped(prose, question), question)
  return quantityIn(prose, question) ?? namedIn(prose, question)
}

/** A short text as an answer to a question; null where it is more than that. */
function interpreted(text: string, question: Question): FinalAnswer | null {
  const letter = letterIn(text, question)
  if (letter !== null) return { kind: 'choice', key: letter }
  const verdict = verdictIn(text, question)
  if (verdict !== null) return verdict
  const number = numberKey(text, question.reading) ?? resultIn(text, question)
  if (number !== null) return { kind: 'number', key: number }
  if (!isShort(text, MAX_WORDS)) return null
  const key = textKey(text)
  return quantityIn(text, question) ?? (key === '' ? null : { kind: 'text', key })
}

/** The right side of a calculation, or of `x = 5`. */
function resultIn(text: string, { reading }: Question): string | null {
  const at = Math.max(text.lastIndexOf('='), text.lastIndexOf('≈'))
  return at < 0 ? null : numberKey(text.slice(at + 1), reading)
}

const LETTER =
  /^[\s*_("'（[]*(?:(?:option|choice|answer|选项|選項|选|選|答案)\s*[:：]?\s*)?[("'（[*]*([A-J])[\s*_)\]"'）]*(?=$|[.:：,，、。;；)）—–-])/i

/** The option that a text names, by letter or in its words. */
function letterIn(text: string, { options, reading }: Question): string | null {
  if (options.size === 0) return null
  const letter = LETTER.exec(plainMath(text))?.[1]?.toUpperCase()
  if (letter !== undefined && [...options.values()].includes(letter)) return letter
  return options.get(plainKey(text, reading)) ?? null
}

/** The option named at the head of the first line, or the last. */
function choiceIn(prose: string, question: Question): FinalAnswer | null {
  const lines = prose.split('\n').filter((line) => line.trim() !== '')
  const bold = [...prose.matchAll(/\*\*([^*\n]{1,80})\*\*/g)].at(-1)?.[1]
  for (const text of [lines.at(-1), lines.length > 1 ? bold : undefined, lines[0]]) {
    const letter = text === undefined ? null : letterIn(text, question)
    if (letter !== null) return { kind: 'choice', key: letter }
  }
  return null
}

const YES =
  /^[\s*_"']*(?:(?:yes|yeah|yep|true|correct)\b|(?:是的?|对的?|對的?|正确|正確|会的?|會的?|可以|能|有)(?=$|[\s,，。.!！:：;；*]))/i
const NO =
  /^[\s*_"']*(?:(?:no|nope|false|incorrect)\b(?! (?:one|problem|doubt|matter|idea)\b)|(?:否|不|不是|不对|不對|不会|不會|不可以|不能|没有|沒有|错误?|錯誤?|不正确|不正確)(?:的)?(?=$|[\s,，。.!！:：;；*]))/i

/** Yes or no to a closed question, which stands first. */
function verdictIn(text: string, { isClosed }: Question): FinalAnswer | null {
  if (!isClosed) return null
  if (YES.test(text)) return { kind: 'choice', key: 'yes' }
  return NO.test(text) ? { kind: 'choice', key: 'no' } : null
}

/** The quantity in the last line: in bold, as the result of a calculation, or the only number there. */
function quantityIn(prose: string, { asksQuantity, reading }: Question): FinalAnswer | null {
  if (!asksQuantity) return null
  const line = prose.slice(prose.lastIndexOf('\n') + 1).trim()
  const bold = [...line.matchAll(/\*\*([^*]{1,80})\*\*/g)].at(-1)?.[1] ?? ''
  const result = /[=≈]([^=≈]+)$/.exec(line.replace(/[*$]|\\[()[\]]/g, ''))?.[1] ?? ''
  const [only, ...others] = numbersIn(line, reading)
  const key =
    numberKey(bold.slice(bold.lastIndexOf('=') + 1), reading) ??
    numberKey(firstSentence(result), reading) ??
    (others.length === 0 ? only : undefined)
  return key === undefined ? null : { kind: 'number', key }
}

/** What one sentence names in bold, or adds to the words of the question. */
function namedIn(prose: string, question: Question): FinalAnswer | null {
  if (!isShort(prose, MAX_SENTENCE_WORDS) || /[.!?]\s|[。！？]./.test(prose)) return null
  const [bold, another] = prose.match(/\*\*[^*]{1,80}\*\*/g) ?? []
  const named = bold !== undefined && another === undefined ? bold : unwrapped(prose, question)
  return named === prose ? null : interpreted(named, question)
}

/** "Paris" for "The capital of France is Paris.", where all words before it are those of the question. */
function unwrapped(text: string, { text: asked }: Question): string {
  const [, before = '', named] =
    /^(.+?)(?: (?:is|are|was|were) |(?<=[\p{sc=Han}])(?:是|为|為))\s*(.+)$/u.exec(text) ?? []
  const words = before.toLowerCase().match(/\p{sc=Han}|[\p{L}\d]+/gu) ?? []
  const isAsked = (word: string) =>
    asked.includes(word) || ['it', 'he', 'she', 'that', '它', '他', '她'].includes(word)
  return named !== undefined && words.every(isAsked) ? named : text
}

function fencedNumber({ reading }: Question, text: string): FinalAnswer | null {
  const inside = /^```\w*\n([^\n]*)\n```$/.exec(text.trim())?.[1]
  const key = inside === undefined ? null : numberKey(inside, reading)
  return key === null ? null : { kind: 'number', key }
}

function isShort(text: string, words: number): boolean {
  if (text.includes('\n') || text.length > 40 * words) return false
  const han = text.match(/\p{sc=Han}/gu)?.length ?? 0
  return (
    (text.match(/[\p{L}\p{N}]+/gu)?.filter((word) => !/\p{sc=Han}/u.test(word)).length ?? 0) + han / 2 <=
    words
  )
}
