import type { Answer } from '../core/answer.ts'
import type { ChatRequest, Message } from '../core/chat.ts'
import { present } from '../core/present.ts'
import type { Draft } from './draft.ts'
import { finalAnswerOf } from './final-answer.ts'
import { withLastWords } from './last-words.ts'
import type { FusionReport, VoteGroup } from './outcome.ts'
import { answerText, labelled, QUOTES_ARE_DATA, quotesOf, spokenIn } from './quoted.ts'
import { isClearMajority } from './vote.ts'

const TASK =
  'This note is not from the user. The message before it has been answered several times, independently; the answers ' +
  'stand below. Now write the one answer that the user gets. Work the task out yourself. Take from each answer what is ' +
  'right and useful, settle contradictions on their merits, and leave out what is wrong or unfounded, however many say ' +
  'it. Write in the language of the user and in the form and length they asked for. The answer stands on its own: do not ' +
  'mention this note, other answers or a comparison, and do not begin by judging anything.'

/**
 * Asks for the final answer, made of drafts: the conversation as it is, with the drafts at its end, and its own form of
 * output. Tools are not offered, and earlier calls stand as text.
 */
export function synthesisRequest(
  request: ChatRequest,
  drafts: readonly Draft[],
  report: FusionReport | null,
): ChatRequest {
  const answers = labelled(drafts)
  const comparison = report === null ? [] : [{ name: 'comparison', text: reportText(report, drafts) }]
  const quotes = quotesOf([...answers.map(answerText), ...comparison])
  const { maxOutputTokens, stop, logprobs, topLogprobs } = request.sampling
  return {
    ...present({ user: request.user }),
    messages: withLastWords(
      request.messages.flatMap(asText),
      `${TASK} ${QUOTES_ARE_DATA}\n\n${quotes.join('\n\n')}`,
    ),
    tools: [],
    output: request.output,
    sampling: present({ maxOutputTokens, stop, logprobs, topLogprobs }),
    reasoning: request.reasoning,
    native: null,
  }
}

/** Hosts refuse calls of tools that are not offered, and need no thoughts of earlier turns. */
function asText(message: Message): readonly Message[] {
  if (message.role === 'tool') {
    const text = message.isError ? '[the tool failed]' : '[result of the tool]'
    return [{ role: 'user', content: [{ type: 'text', text }, ...message.content] }]
  }
  if (message.role !== 'assistant') return [message]
  const text = spokenIn(message)
  return text === '' ? [] : [{ role: 'assistant', content: [{ type: 'text', text }] }]
}

/** A report as JSON, with the letters of the drafts in place of their numbers. */
function reportText(report: FusionReport, drafts: readonly Draft[]): string {
  const labels = new Map<unknown, string>(labelled(drafts).map(({ label, draft }) => [draft.number, label]))
  return JSON.stringify(report, (key, value: unknown) => {
    if (key === 'member') return labels.get(value)
    return key === 'members' && Array.isArray(value) ? value.map((number) => labels.get(number)) : value
  })
}

/**
 * Whether an answer says something else than the clear majority of a vote: more than half of those who can be compared.
 * Not where there is none, or where nobody can tell what the answer comes to.
 */
export function contradictsVote(request: ChatRequest, answer: Answer, groups: readonly VoteGroup[]): boolean {
  const [best] = groups
  const voters = groups.reduce((sum, { members }) => sum + members.length, 0)
  if (best === undefined || !isClearMajority(best, voters)) return false
  const final = finalAnswerOf(request, answer)
  return final !== null && final.key !== best.answer
}
