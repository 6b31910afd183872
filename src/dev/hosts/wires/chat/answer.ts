import type { JsonObject } from '../../json.ts'
import type { Answer, Choice, TokenUsage, ToolCall } from '../../question.ts'
import { oddsOf, piecesOf } from '../../token-odds.ts'
import { choicesOf, interleaved, type Frame, type Issue } from '../../wire.ts'
import { openaiError } from '../openai.ts'

/** What of a request changes the form of its answer. `topLogprobs` is null when none are wanted. */
export type ChatForm = { host: string; model: string; streamsUsage: boolean; topLogprobs: number | null }

/** A `chat.completion`. */
export function chatCompletion(answer: Answer, issue: Issue, form: ChatForm): JsonObject {
  const { usage, failure } = answer
  const choices = choicesOf(answer).map((choice, index) => ({
    index,
    message: messageOf(choice, form),
    logprobs: logprobsOf(choice.text, form),
    finish_reason: failure ? 'error' : choice.finish,
    ...(failure ? { error: { code: failure.status, message: failure.message } } : {}),
  }))
  const head = { ...headOf('chat.completion', issue, form), choices }
  return usage ? { ...head, usage: chatUsage(usage) } : head
}

/** The `chat.completion.chunk`s of an answer, its choices in turn. */
export function chatChunks(answer: Answer, issue: Issue, form: ChatForm): readonly Frame[] {
  const { usage, failure } = answer
  const reported = form.streamsUsage ? usage : null
  const chunk = (choices: readonly JsonObject[], told: JsonObject | null): Frame => {
    const head = { ...headOf('chat.completion.chunk', issue, form), choices }
    return { event: null, data: reported ? { ...head, usage: told } : head }
  }
  const steps = interleaved(
    choicesOf(answer).map((choice, index) => stepsOf(choice, form).map((step) => ({ index, ...step }))),
  )
  const said = failure ? steps.filter((step) => step.finish_reason === null) : steps
  const frames = said.map((step) => chunk([step], null))
  if (failure) return [...frames, { event: null, data: openaiError(failure) }]
  const end: Frame = { event: null, data: '[DONE]' }
  return reported ? [...frames, chunk([], chatUsage(reported)), end] : [...frames, end]
}

function headOf(object: string, { id, createdAt }: Issue, { model }: ChatForm): JsonObject {
  return {
    id: `chatcmpl-${id}`,
    object,
    created: createdAt,
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  }
}

function messageOf(choice: Choice, form: ChatForm): JsonObject {
  const { text, refusal, toolCalls } = choice
  return {
    role: 'assistant',
    content: refusal || toolCalls.length > 0 ? null : text,
    refusal: refusal || null,
    annotations: [],
    ...reasoningOf(choice.reasoning, form),
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(wholeCall) } : {}),
  }
}

function wholeCall({ id, name, argumentsJson }: ToolCall): JsonObject {
  return { id, type: 'function', function: { name, arguments: argumentsJson } }
}

type ChunkStep = { delta: JsonObject; logprobs: JsonObject | null; finish_reason: string | null }

/** One choice's share of every chunk. */
function stepsOf({ text, refusal, reasoning, toolCalls, finish }: Choice, form: ChatForm): ChunkStep[] {
  const step = (delta: JsonObject, more: Partial<ChunkStep> = {}): ChunkStep => {
    return { delta, logprobs: null, finish_reason: null, ...more }
  }
  const content = refusal || toolCalls.length > 0 ? null : ''
  return [
    step({ role: 'assistant', content, refusal: null }),
    ...piecesOf(reasoning).map((piece) => step(reasoningOf(piece, form))),
    ...piecesOf(text).map((piece) => step({ content: piece }, { logprobs: logprobsOf(piece, form) })),
    ...piecesOf(refusal).map((piece) => step({ refusal: piece })),
    ...toolCalls.flatMap((call, index) => callDeltas(call, index).map((delta) => step(delta))),
    step({}, { finish_reason: finish }),
  ]
}

function callDeltas({ id, name, argumentsJson }: ToolCall, index: number): JsonObject[] {
  const start = { index, id, type: 'function', function: { name, arguments: '' } }
  const pieces = piecesOf(argumentsJson).map((piece) => ({ index, function: { arguments: piece } }))
  return [start, ...pieces].map((call) => ({ tool_calls: [call] }))
}

/** OpenRouter tells what was thought twice; the other hosts use DeepSeek's field. */
function reasoningOf(text: string, { host }: ChatForm): JsonObject {
  if (text === '') return {}
  if (host !== 'openrouter') return { reasoning_content: text }
  return {
    reasoning: text,
    reasoning_details: [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }],
  }
}

function logprobsOf(text: string, { topLogprobs }: ChatForm): JsonObject | null {
  if (topLogprobs === null) return null
  const content = oddsOf(text, topLogprobs).map(({ top, ...chosen }) => {
    return { ...withBytes(chosen), top_logprobs: top.map(withBytes) }
  })
  return { content, refusal: null }
}

/** A token as OpenAI reports it, with its bytes. */
export function withBytes({ token, logprob }: { token: string; logprob: number }): JsonObject {
  return { token, logprob, bytes: [...Buffer.from(token)] }
}

function chatUsage(usage: TokenUsage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: usage.mediaTokens.audio },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
