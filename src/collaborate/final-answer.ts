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
  try {
    return { kind: 'json', key: canonicalJson(answer.length > 0 ? Object.fromEntries(answer) : value) }
  } catch {
    // Too deep to be written again.
    return null
  }
}

function textAnswer(question: Question, text: string): FinalAnswer | null {
  const prose = proseOf(text)
  const stated = statedIn(prose)
  const given = stated === null ? null : interpreted(stated, question)
  if (given !== null && given.kind !== 'text') return given
  if (prose !== text.trim() && text.includes('```')) return given ?? fencedNumber(question, text)
  const found = choiceIn(prose, question) ?? verdictIn(prose, question) ?? given
  if (found !== null) return found
  return (isShort(prose, MAX_WORDS) ? null : quantityIn(prose, question)) ?? namedIn(prose, question)
}

/** A short text as an answer to a question; null where it is more than that. */
function interpreted(text: string, question: Question): FinalAnswer | null {
  const said = text.replace(BOLD, '$1')
  const letter = letterIn(said, question)
  if (letter !== null) return { kind: 'choice', key: letter }
  const verdict = verdictIn(said, question)
  if (verdict !== null) return verdict
  const number = numberKey(said, question.reading) ?? resultIn(said, question)
  if (number !== null) return { kind: 'number', key: number }
  if (!isShort(said, MAX_WORDS)) return null
  const key = textKey(said)
  return quantityIn(text, question) ?? (key === '' ? null : { kind: 'text', key })
}

/** The right side of a calculation, or of `x = 5`, exact rather than rounded; of two equations none. */
function resultIn(text: string, { reading }: Question): string | null {
  const [exact = '', ...rounded] = text.split('≈')
  const sides = exact.split('=')
  if (sides.slice(1, -1).some((side) => /\p{L}|,/u.test(side))) return null
  const result = sides.length > 1 || rounded.length > 0 ? numberKey(sides.at(-1) ?? '', reading) : null
  return result ?? numberKey(firstSentence(rounded.at(-1) ?? ''), reading)
}

const BOLD = /\*\*([^*\n]{1,80})\*\*/g
const LETTER =
  /^[\s*_("'（[]{0,8}(?:(?:option|choice|answer|选项|選項|选|選|答案)\s*[:：]?\s*)?[("'（[*]{0,4}([A-J])[\s*_)\]"'）]{0,8}(?=$|[.:：,，、。;；)）—–-])/i

/** The option that a text names, by letter or in its words. */
function letterIn(text: string, { options, reading }: Question): string | null {
  if (options.size === 0) return null
  const letter = LETTER.exec(plainMath(text))?.[1]?.toUpperCase()
  if (letter !== undefined && options.has(letter)) return letter
  const key = plainKey(text, reading)
  return [...options.keys()].find((each) => key !== '' && options.get(each) === key) ?? null
}

const CHOSEN =
  /(?:\b(?:option|choice|choose|select|pick)|选项?|選項?)\s?\(?([A-J])(?![\w'])|\b([A-J])\)? (?:is|would be) (?:the )?(?:correct|right|best)\b/g

/** The option named at the head of the last line or the first, or chosen in words in the last. */
function choiceIn(prose: string, question: Question): FinalAnswer | null {
  if (question.options.size === 0) return null
  const lines = prose.split('\n').filter((line) => line.trim() !== '')
  const last = lines.at(-1) ?? ''
  const bold = lines.length > 1 ? [...prose.matchAll(BOLD)].at(-1)?.[1] : undefined
  const chosen = Array.from(last.matchAll(CHOSEN), (match) => match[1] ?? match[2] ?? '')
  const named = new Set(chosen).size === 1 ? chosen[0] : undefined
  for (const text of [last, named, bold, lines[0]]) {
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

const SAYS_RESULT = /^.*(?:[=≈]|\b(?:is|are|was|were|equals|gives?|gets?|costs?)\b|是|为|為|共|得)/

/** The quantity in the last line: in bold, as the result of a calculation, or the only number there or after its verb. */
function quantityIn(prose: string, question: Question): FinalAnswer | null {
  if (!question.asksQuantity) return null
  const { reading } = question
  const line = prose.slice(prose.lastIndexOf('\n') + 1).trim()
  const bold = [...line.matchAll(BOLD)].at(-1)?.[1] ?? ''
  const plain = line.replace(/[*$]|\\[()[\]]|[.。]$/g, '')
  const key =
    numberKey(bold, reading) ??
    resultIn(bold, question) ??
    resultIn(plain, question) ??
    onlyOne(numbersIn(plain, reading)) ??
    (plain.split('=').length > 2 ? undefined : onlyOne(numbersIn(plain.replace(SAYS_RESULT, ''), reading)))
  return key === undefined ? null : { kind: 'number', key }
}

function onlyOne([only, ...others]: readonly string[]): string | undefined {
  return others.length === 0 ? only : undefined
}

/** What a short answer names, or one sentence: in bold, where somebody asked for a name, or beside the question's words. */
function namedIn(prose: string, question: Question): FinalAnswer | null {
  if (!isShort(prose, MAX_SENTENCE_WORDS) || /[.!?]\s|[。！？]./.test(prose)) {
    return isShort(prose, MAX_WORDS) ? interpreted(prose, question) : null
  }
  const bold = Array.from(prose.matchAll(BOLD), ([, text]) => text)
  const named = /\b(?:what|who|which|where|when)\b|哪|谁|誰|什么|什麼/.test(question.text)
    ? onlyBold(bold)
    : undefined
  const text = named ?? besideQuestion(prose, question)
  return text !== null || isShort(prose, MAX_WORDS) ? interpreted(text ?? prose, question) : null
}

function onlyBold([only, ...others]: readonly (string | undefined)[]): string | undefined {
  return others.length === 0 ? only : undefined
}

/**
 * "Paris" in "The capital of France is Paris", "Paris is the capital of France", or "Capital: Paris". Not what only
 * one side of says something new: "Tom is taller" names Tom.
 */
function besideQuestion(text: string, { text: asked }: Question): string | null {
  const isAsked = (side: string) => wordsOf(side).every((word) => asked.includes(word) || IT.test(word))
  const isNew = (side: string) => wordsOf(side).every((word) => !asked.includes(word) || FILLER.test(word))
  const [, title = '', value] = /^([^:：]{1,40})[:：]\s*(.+)$/.exec(text) ?? []
  if (value !== undefined && isAsked(title)) return value
  const sides = / (?:is|are|was|were) |(?<=\p{sc=Han})(?:是|为|為)/u
  const [before = '', after, another] = text.split(sides)
  if (after === undefined || another !== undefined) return null
  if (isAsked(before) && isNew(after)) return after
  return isNew(before) && isAsked(after) ? before : null
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{sc=Han}|[\p{L}\d]+/gu) ?? []
}

const IT = /^(?:the|it|this|that|he|she|they|[它他她这這])$/
const FILLER = /^(?:the|an?|of|in|on|at|by|for|and|to)$/

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
