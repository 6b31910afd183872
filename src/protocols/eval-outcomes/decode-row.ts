import * as z from 'zod'
import type { ChatRequest } from '../../core/chat.ts'
import { AppError } from '../../core/errors.ts'
import { invalidField } from '../invalid-field.ts'
import { LIMITS } from '../limits.ts'
import { decodeChatRequest } from '../openai-chat/decode-request.ts'

/** The most tokens and milliseconds that one answer is believed to have taken. */
const MAX_TOKENS = 100_000_000
const MAX_LATENCY_MS = 24 * 60 * 60 * 1_000
const MAX_TASK_TYPE_CHARS = 64

const tokens = z.number().int().min(0).max(MAX_TOKENS).nullish()

export const evalRow = z.object({
  prompt: z.string().nullish(),
  messages: z.unknown().optional(),
  tools: z.unknown().optional(),
  model: z.string().min(1).max(LIMITS.modelNameChars),
  score: z.number().min(0).max(1),
  input_tokens: tokens,
  output_tokens: tokens,
  latency_ms: z.number().min(0).max(MAX_LATENCY_MS).nullish(),
  task_type: z.string().min(1).max(MAX_TASK_TYPE_CHARS).nullish(),
})

/** One line of an upload: what a model did on a prompt. Null where the row does not tell. */
export type EvalRow = {
  request: ChatRequest
  /** As the caller calls it. */
  model: string
  /** 0..1. */
  score: number
  inputTokens: number | null
  outputTokens: number | null
  latencyMs: number | null
  /** The caller's own name for the kind of prompt. */
  taskType: string | null
}

/**
 * Reads one line of `POST /v1/evals/outcomes`.
 *
 * @throws AppError naming the field at fault, with nothing of what the line says
 */
export function decodeEvalRow(line: string): EvalRow {
  const row = evalRow.safeParse(parsed(line))
  if (!row.success) throw invalidField(row.error)
  const { data } = row
  return {
    request: requestIn(data),
    model: data.model,
    score: data.score,
    inputTokens: data.input_tokens ?? null,
    outputTokens: data.output_tokens ?? null,
    latencyMs: data.latency_ms == null ? null : Math.round(data.latency_ms),
    taskType: data.task_type ?? null,
  }
}

/** Names a measurement by its figures: rows that say the same of the same model and prompt are one. */
export function measurementOf({ score, inputTokens, outputTokens, latencyMs }: EvalRow): string {
  return [score, inputTokens, outputTokens, latencyMs].map((figure) => figure ?? '').join('/')
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new AppError('invalid_json', 'The line is not valid JSON')
  }
}

function requestIn({ prompt, messages, tools }: z.infer<typeof evalRow>): ChatRequest {
  const hasMessages = messages !== undefined && messages !== null
  if ((prompt != null) === hasMessages) {
    throw new AppError('invalid_request', "Invalid 'prompt': name either it or messages", { param: 'prompt' })
  }
  const body = { messages: hasMessages ? messages : [{ role: 'user', content: prompt }] }
  // The model is not the decoder's business: a row may call it what no request could.
  return decodeChatRequest({ model: 'auto', ...body, ...(tools != null && { tools }) }).chat
}
