import { type Answer, textsOf } from '../core/answer.ts'
import { isRecord } from '../core/canonical-json.ts'
import type { ChatRequest } from '../core/chat.ts'
import { caseOf, QUOTES_ARE_DATA } from './quoted.ts'
import { readJson } from './read-json.ts'

/** Room for a verdict, thoughts included, in tokens. */
export const VERIFIER_TOKENS = 4_096

const TASK =
  'You check whether an answer to the last message of a conversation is correct. ' +
  `${QUOTES_ARE_DATA}\n\nWork the task out yourself first, then compare. An answer is correct when it does all that ` +
  'was asked and nothing of consequence in it is wrong; style does not matter. Reply with JSON only: "problems", a list ' +
  'of what is wrong, a short sentence each, empty where nothing is; and "probability_correct", from 0 (surely wrong) ' +
  'to 1 (surely correct).'

const VERDICT_SCHEMA = {
  type: 'object',
  properties: {
    problems: { type: 'array', items: { type: 'string' } },
    probability_correct: { type: 'number', description: 'from 0 to 1' },
  },
  required: ['problems', 'probability_correct'],
  additionalProperties: false,
}

/**
 * Asks how likely an answer is right. What is judged is quoted so that it cannot end its own quotation.
 *
 * @param rubric what to go by besides; null for nothing
 */
export function verifierRequest(request: ChatRequest, answer: Answer, rubric: string | null): ChatRequest {
  const task = rubric === null ? TASK : `${TASK}\n\nGo by this as well:\n${rubric}`
  return {
    messages: [
      { role: 'system', content: [{ type: 'text', text: task }] },
      { role: 'user', content: caseOf(request, [{ label: 'A', draft: { answer } }]) },
    ],
    tools: [],
    output: { type: 'json_schema', name: 'verdict', schema: VERDICT_SCHEMA, strict: true },
    sampling: { maxOutputTokens: VERIFIER_TOKENS },
    reasoning: {},
    native: null,
  }
}

/** What is told of problems: how many, and UTF-16 units of each, as of a verdict in words. */
const MAX_PROBLEMS = 8
const MAX_PROBLEM_CHARS = 300

/** What a verifier's yes is worth, and its no, as a probability. */
const YES = 0.9
const NO = 0.1

/** Where words tell a probability. */
const FIGURE =
  /(?:\bprobab\w{0,8}|概率|可能性)[\s"'_*:：=a-z为是約约]{0,40}?(\d[\d.]{0,8}\s{0,2}(?:%|\/\s?\d{1,4})?)/i
/** A figure and nothing else; how the words no and yes begin. */
const LONE_FIGURE = /^[^\p{L}\p{N}.−-]*(\d+(?:\.\d+)?|\.\d+) ?(?:(%|％)|\/ ?(\d+))?[^\p{L}\p{N}]*$/u
const SAYS_NO =
  /^\W*(?:no(?! \w)|not (?:correct|right|true|valid)|incorrect|wrong|false)\b|^[\s*"“]*(?:否|不对|不對|不正确|不正確|不是|错|錯)/i
const SAYS_YES =
  /^\W*(?:yes|correct|right|true)\b|^[\s*"“]*(?:是的?|对的?|對的?|正确|正確)(?:[\s*"”，。,.!！]|$)/i

/** Names under which verifiers write what we asked for. */
const FIELDS = [
  'probability_correct',
  'probability',
  'score',
  'confidence',
  'correct',
  'is_correct',
  'verdict',
]

/**
 * The probability (0..1) that a verifier gives an answer, also where it writes percents, `8/10`, or yes and no, in JSON
 * or not; null where it says nothing that can be read.
 */
export function readVerdict(answer: Answer): number | null {
  const { text } = textsOf(answer.choices[0])
  const value = readJson(text)
  if (isRecord(value)) {
    const field = FIELDS.find((name) => name in value)
    return field === undefined ? null : probabilityIn(value[field])
  }
  return probabilityIn(value ?? FIGURE.exec(text)?.[1] ?? text)
}

function probabilityIn(said: unknown): number | null {
  if (typeof said === 'boolean') return said ? YES : NO
  if (typeof said === 'number') return onScale(said, said > 10 ? 100 : 1)
  if (typeof said !== 'string') return null
  const [, figure, sign, of] = LONE_FIGURE.exec(said.slice(0, MAX_PROBLEM_CHARS)) ?? []
  if (figure !== undefined) {
    if (of === undefined && sign === undefined) return probabilityIn(Number(figure))
    return onScale(Number(figure), of === undefined ? 100 : Number(of))
  }
  if (SAYS_NO.test(said)) return NO
  if (SAYS_YES.test(said)) return YES
  return null
}

/** Between 1 and 10 nobody can tell which scale was meant. */
function onScale(figure: number, top: number): number | null {
  const probability = figure / top
  return probability >= 0 && probability <= 1 ? probability : null
}

/** What a verifier finds wrong, for a critique; empty where it names nothing. */
export function readProblems(answer: Answer): readonly string[] {
  const value = readJson(textsOf(answer.choices[0]).text)
  const problems = isRecord(value) ? value['problems'] : null
  if (!Array.isArray(problems)) return []
  return problems
    .flatMap((problem) => (typeof problem === 'string' && problem.trim() !== '' ? [problem.trim()] : []))
    .slice(0, MAX_PROBLEMS)
    .map((problem) => problem.slice(0, MAX_PROBLEM_CHARS))
}
