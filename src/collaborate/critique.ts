import type { Answer } from '../core/answer.ts'
import type { ChatRequest, Message } from '../core/chat.ts'
import { withLastWords } from './last-words.ts'
import { spokenIn } from './quoted.ts'

/** More would be noise; in number, and in UTF-16 units of each. */
const MAX_COMPLAINTS = 8
const MAX_COMPLAINT_CHARS = 400

const GO_AGAIN =
  'A review of your reply above found that it cannot stand as it is:\n{complaints}\n' +
  'Correct this, and check the rest again. Reply with the whole corrected answer only, in the same language and form; ' +
  'do not mention the review or the earlier reply, and do not apologize.'

/**
 * The request that has a model correct its own answer: the conversation, what it said, and what is wrong with it. Tool
 * calls that it made stand there as text, as nobody has carried them out; it may make them again. Without the caller's
 * own words, so not for requests with content that only they can say.
 *
 * @param complaints a sentence each; the first eight are told
 */
export function critiqueRequest(
  request: ChatRequest,
  answer: Answer,
  complaints: readonly string[],
): ChatRequest {
  const { choices: _one, ...sampling } = request.sampling
  const list = complaints
    .slice(0, MAX_COMPLAINTS)
    .map((complaint) => `- ${complaint.slice(0, MAX_COMPLAINT_CHARS)}`)
    .join('\n')
  const said = spokenIn({ role: 'assistant', content: answer.choices[0].parts }).trim()
  const turn: readonly Message[] = said
    ? [{ role: 'assistant', content: [{ type: 'text', text: said }] }]
    : []
  return {
    ...request,
    messages: withLastWords(
      [...request.messages, ...turn],
      GO_AGAIN.replace('{complaints}', () => list),
    ),
    sampling,
    native: null,
  }
}
