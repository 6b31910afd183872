import { isObject, parseJson, type JsonObject } from '../../json.ts'
import { MEDIA_KINDS, type Answer, type Choice, type TokenUsage, type ToolCall } from '../../question.ts'
import { seal } from '../../seal.ts'
import { oddsOf, piecesOf } from '../../token-odds.ts'
import { choicesOf, interleaved, type Frame, type Issue } from '../../wire.ts'
import { geminiError } from './errors.ts'

/** What of a request changes the form of its answer. `logprobs` is null when none are wanted. */
export type GeminiForm = { model: string; signsCalls: boolean; logprobs: number | null }

/** A part of an answer, and the text whose odds go with it. */
type Piece = { part: JsonObject; said: string }

/** A whole `GenerateContentResponse`. */
export function contentResponse(answer: Answer, issue: Issue, form: GeminiForm): JsonObject {
  if (answer.failure) return geminiError(answer.failure)
  const usage = usageIn(answer)
  if (answer.refusal) return { promptFeedback: BLOCKED, ...usage, ...tailOf(issue, form) }
  const candidates = choicesOf(answer).map((choice, index) => {
    const parts = [
      ...(choice.reasoning ? [{ text: choice.reasoning, thought: true }] : []),
      ...(choice.text ? [{ text: choice.text, ...textSignature(form) }] : []),
      ...callParts(choice, form),
    ]
    return candidateOf({ index, parts, said: choice.text, finish: choice.finish }, form)
  })
  return { candidates, ...usage, ...tailOf(issue, form) }
}

/** The responses of a stream: small ones of one candidate each, the last with what everything cost. */
export function contentStream(answer: Answer, issue: Issue, form: GeminiForm): readonly Frame[] {
  const tail = tailOf(issue, form)
  if (answer.refusal) {
    return [{ event: null, data: { promptFeedback: BLOCKED, ...usageIn(answer), ...tail } }]
  }
  const steps = interleaved(
    choicesOf(answer).map((choice, index) => {
      const pieces = piecesIn(choice, form)
      const last = pieces.length - 1
      return pieces.map(({ part, said }, at) => {
        return { index, parts: [part], said, finish: at === last ? choice.finish : null }
      })
    }),
  )
  const frames = steps.map((step, at) => {
    const usage = at === steps.length - 1 ? usageIn(answer) : promptUsageIn(answer)
    return { event: null, data: { candidates: [candidateOf(step, form)], ...usage, ...tail } }
  })
  const { failure } = answer
  return failure ? [...frames.slice(0, -1), { event: null, data: geminiError(failure) }] : frames
}

const BLOCKED = { blockReason: 'PROHIBITED_CONTENT' }
const FINISHES = { stop: 'STOP', tool_calls: 'STOP', length: 'MAX_TOKENS', content_filter: 'SAFETY' }

function piecesIn(choice: Choice, form: GeminiForm): Piece[] {
  const thoughts = piecesOf(choice.reasoning).map((text) => ({ part: { text, thought: true }, said: '' }))
  const words = piecesOf(choice.text).map((text) => ({ part: { text }, said: text }))
  const calls = callParts(choice, form).map((part) => ({ part, said: '' }))
  const all = [...thoughts, ...words, ...calls]
  const ending = calls.length === 0 && (all.length === 0 || form.signsCalls)
  return ending ? [...all, { part: { text: '', ...textSignature(form) }, said: '' }] : all
}

/** Of calls that are made at once, only the first is signed. Arguments that were broken off are not sent. */
function callParts({ toolCalls }: Choice, { signsCalls }: GeminiForm): JsonObject[] {
  return toolCalls.map(({ id, name, argumentsJson }: ToolCall, index) => {
    const args = parseJson(argumentsJson)
    const functionCall = { ...(signsCalls ? { id } : {}), name, args: isObject(args) ? args : {} }
    return {
      functionCall,
      ...(signsCalls && index === 0 ? { thoughtSignature: seal('thought', name) } : {}),
    }
  })
}

function textSignature({ signsCalls }: GeminiForm): JsonObject {
  return signsCalls ? { thoughtSignature: seal('thought', 'text') } : {}
}

type CandidateStep = {
  index: number
  parts: readonly JsonObject[]
  said: string
  finish: Choice['finish'] | null
}

/** A candidate without parts has a role and nothing else: so Google tells that thinking used up the limit. */
function candidateOf({ index, parts, said, finish }: CandidateStep, form: GeminiForm): JsonObject {
  const content = { ...(parts.length > 0 ? { parts } : {}), role: 'model' }
  return {
    content,
    ...(finish ? { finishReason: FINISHES[finish] } : {}),
    index,
    ...logprobsOf(said, form),
  }
}

function logprobsOf(said: string, { logprobs }: GeminiForm): JsonObject {
  if (logprobs === null || said === '') return {}
  const odds = oddsOf(said, logprobs)
  const chosen = odds.map(({ token, logprob }) => candidateToken({ token, logprob }))
  return {
    avgLogprobs: odds.reduce((sum, { logprob }) => sum + logprob, 0) / odds.length,
    logprobsResult: {
      chosenCandidates: chosen,
      topCandidates: odds.map(({ top }) => ({ candidates: top.map(candidateToken) })),
    },
  }
}

function candidateToken({ token, logprob }: { token: string; logprob: number }): JsonObject {
  return { token, tokenId: token.codePointAt(0) ?? 0, logProbability: logprob }
}

function tailOf({ id }: Issue, { model }: GeminiForm): JsonObject {
  return { modelVersion: model, responseId: id }
}

function usageIn({ usage }: Answer): JsonObject {
  return usage ? { usageMetadata: geminiUsage(usage) } : {}
}

/** Before the end of a stream, Google tells what the prompt costs. */
function promptUsageIn({ usage }: Answer): JsonObject {
  if (!usage) return {}
  const { inputTokens } = usage
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      totalTokenCount: inputTokens,
      promptTokensDetails: modalitiesOf(usage),
    },
  }
}

/** Google counts thinking apart from the answer. */
function geminiUsage(usage: TokenUsage): JsonObject {
  const spoken = usage.outputTokens - usage.reasoningTokens
  const cached = usage.cachedInputTokens
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: spoken,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    promptTokensDetails: modalitiesOf(usage),
    candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: spoken }],
    ...(cached > 0
      ? {
          cachedContentTokenCount: cached,
          cacheTokensDetails: [{ modality: 'TEXT', tokenCount: cached }],
        }
      : {}),
    ...(usage.reasoningTokens > 0 ? { thoughtsTokenCount: usage.reasoningTokens } : {}),
  }
}

function modalitiesOf({ inputTokens, mediaTokens }: TokenUsage): JsonObject[] {
  const names = { image: 'IMAGE', audio: 'AUDIO', video: 'VIDEO', file: 'DOCUMENT' }
  const media = MEDIA_KINDS.map((kind) => ({ modality: names[kind], tokenCount: mediaTokens[kind] }))
  const text = inputTokens - media.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
  return [{ modality: 'TEXT', tokenCount: text }, ...media.filter(({ tokenCount }) => tokenCount > 0)]
}
