import { readJson } from '../../collaborate/read-json.ts'
import type { ChatRequest, ContentPart } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { decodeChatRequest } from '../../protocols/openai-chat/decode-request.ts'
import type { AttemptCost, AttemptIo, AttemptOrder, AttemptOutcome } from '../../runs/attempt.ts'
import { isPart, type TaskPrompt, taskPrompt } from '../../runs/prompts/task-prompt.ts'
import { NO_TRANSCRIPT } from '../../runs/tools/transcript.ts'
import type { RequestScope } from '../context.ts'
import { askModel, plainChat, type Question, type Said } from './ask-model.ts'
import { failed, mended, unusable } from './outcomes.ts'
import { readTranscript, suppliedBy, toolLoop } from './tool-loop.ts'
import { toolsFor } from './tools.ts'

/** Has a model do a task: one of its own choice, that of an agent, or a panel; with the tools it may call. */
export async function workWithModel(
  scope: RequestScope,
  order: AttemptOrder,
  io: AttemptIo,
): Promise<AttemptOutcome> {
  const toolbox = toolsFor(scope, order)
  const [missing] = toolbox.missing
  if (missing !== undefined) {
    const failure = { code: 'unknown_tool', message: `There is no tool '${missing}' here` }
    return failed(failure, { isFinal: order.agent === null })
  }
  if (toolbox.definitions.length === 0) return answerTask(scope, order, taskPrompt(order, false))
  const first = chatOf(order, promptOfLoop(order))
  return toolLoop(order, io, toolbox, {
    async ask({ messages, tools, mayCall, spent }) {
      const toolChoice = mayCall ? ('auto' as const) : ('none' as const)
      const chat = { ...first, messages: [...first.messages, ...messages], tools, toolChoice }
      const said = await askModel(scope, {
        sessionId: sessionOf(order),
        ...questionOf(withLeft(order, spent), chat),
      })
      return said.kind === 'failed' ? mended(order, said) : said
    },
    answer: (said) => outcomeOf(order, said),
  })
}

/** What the loop itself goes on with is not told again. */
function promptOfLoop(order: AttemptOrder): TaskPrompt {
  const { carryOver, supplied } = order
  const carries = readTranscript(carryOver) !== NO_TRANSCRIPT
  const told = { carryOver: carries ? null : carryOver, supplied: suppliedBy(supplied) ? null : supplied }
  return taskPrompt({ ...order, ...told }, true)
}

/** Rounds of a loop stay with who began it, whose cache holds what was said. */
function sessionOf({ runId, token }: AttemptOrder): string {
  return `${runId}:${token}`
}

/** The order with what is left to it. */
function withLeft(order: AttemptOrder, { microUsd }: AttemptCost): AttemptOrder {
  const { maxMicroUsd } = order
  return { ...order, maxMicroUsd: maxMicroUsd === null ? null : Math.max(0, maxMicroUsd - microUsd) }
}

/** What a model makes of a prompt as the result of a task. */
export async function answerTask(
  scope: RequestScope,
  order: AttemptOrder,
  prompt: TaskPrompt,
): Promise<AttemptOutcome> {
  const said = await askModel(scope, questionOf(order, chatOf(order, prompt)))
  return said.kind === 'failed' ? mended(order, said) : outcomeOf(order, said)
}

/** The conversation that a task is set in. @throws AppError naming a part of the input that is none */
function chatOf(order: AttemptOrder, { system, user, media }: TaskPrompt): ChatRequest {
  const { outputSchema } = order
  const text: ContentPart[] = user === '' ? [] : [{ type: 'text', text: user }]
  const chat = plainChat(
    [
      { role: 'system', content: [{ type: 'text', text: system }] },
      { role: 'user', content: [...text, ...partsOf(media)] },
    ],
    cappedTokens(order),
  )
  if (!outputSchema) return chat
  return { ...chat, output: { type: 'json_schema', name: 'output', schema: { ...outputSchema } } }
}

/** Parts of OpenAI Chat as ours. */
function partsOf(media: readonly unknown[]): readonly ContentPart[] {
  if (media.length === 0) return []
  const { chat } = decodeChatRequest({ model: 'auto', messages: [{ role: 'user', content: media }] })
  const [message] = chat.messages
  return message?.role === 'user' ? message.content : []
}

/** What every model can write; where more is left, each one's own limit is near enough, and none is excluded for it. */
const CAPPED_TOKENS = 4_096

/** What an answer is bound to, of the tokens that are left; null where there is no need. */
export function cappedTokens({ maxTokens }: Pick<AttemptOrder, 'maxTokens'>): number | null {
  return maxTokens !== null && maxTokens < CAPPED_TOKENS ? maxTokens : null
}

/** A question of a task's: by its agent's model, within its share of the money. */
export function questionOf(order: AttemptOrder, chat: ChatRequest): Question {
  const { agent, work, verify, maxMicroUsd } = order
  const collaboration = present({ pattern: work === 'panel' ? ('panel' as const) : null, verify })
  return {
    chat,
    model: agent?.model ?? 'auto',
    maxMicroUsd,
    ...(Object.keys(collaboration).length > 0 && { collaboration }),
    // A session is one conversation; the tasks of a larger goal are many.
    ...present({ sessionId: isPart(order) ? null : order.sessionId }),
  }
}

/** What a model said as the result of its task. */
function outcomeOf({ outputSchema, verify }: AttemptOrder, said: Said): AttemptOutcome {
  const { text, refusal, reason, notes, cost } = said
  if (reason === 'content_filter') {
    const message = 'The answer was held back, by a guardrail or by its host'
    return failed({ code: 'content_policy', message }, { cost })
  }
  if (reason === 'length') return unusable('The answer broke off: it was too long', cost, text || null)
  if (text.trim() === '') {
    if (refusal === '') return unusable('The answer is empty', cost, null)
    return failed({ code: 'refused', message: `The model refused: ${refusal}`.slice(0, 1_000) }, { cost })
  }
  if (verify && notes.includes('checks_failed')) {
    return unusable('The answer does not pass the checks that were asked for', cost, text)
  }
  return { kind: 'succeeded', output: outputSchema ? (readJson(text) ?? text) : text, cost }
}
