import { type Answer, type ChoiceTexts, textsOf } from '../../core/answer.ts'
import { isRecord } from '../../core/canonical-json.ts'
import type { ChatRequest, FinishReason, Message } from '../../core/chat.ts'
import type { CollaborationWish } from '../../core/collaboration.ts'
import { AppError, type ErrorBody } from '../../core/errors.ts'
import { microUsdOf, usdOf } from '../../core/money.ts'
import { present } from '../../core/present.ts'
import type { AnswerClosing, Inbound, Reply } from '../../protocols/inbound.ts'
import { chatReply } from '../../protocols/openai-chat/reply.ts'
import type { AttemptCost } from '../../runs/attempt.ts'
import { answerRequest } from '../answer.ts'
import type { RequestScope } from '../context.ts'
import { sleep } from '../sleep.ts'
import { failed, type FailedOutcome, sumOf } from './outcomes.ts'

/** What a model is asked in the course of a run. */
export type Question = {
  chat: ChatRequest
  /** As in a request: a name, `auto`, or a virtual model. */
  model: string
  /** What the answer may be predicted to cost; null for any. */
  maxMicroUsd: number | null
  collaboration?: CollaborationWish
  /** Questions of one session stay with who answered the first. */
  sessionId?: string
}

/** `notes`: what did not go as planned where several worked on it, as in `Outcome`. */
export type Said = ChoiceTexts & {
  kind: 'said'
  answer: Answer
  reason: FinishReason
  notes: readonly string[]
  cost: AttemptCost
}

/** A conversation of text, to be answered in at most so many tokens. */
export function plainChat(messages: readonly Message[], maxOutputTokens: number | null = null): ChatRequest {
  return {
    messages,
    tools: [],
    output: { type: 'text' },
    sampling: present({ maxOutputTokens }),
    reasoning: {},
    native: null,
  }
}

/** What the one who answers is told by. */
type Heard = {
  said: Omit<Said, 'kind' | 'cost'> | null
  error: ErrorBody | null
  model: string | null
  tokens: number
}

/** How long who asks too much waits for their turn, at a time and altogether, and how the times grow. */
const LONGEST_WAIT_MS = 60_000
const MOST_WAITING_MS = 300_000
const FIRST_WAIT_MS = 500
const WAIT_GROWTH = 1.5
/** Who waits with others does not come back at the same time as they. */
const JITTER = 0.25

/**
 * Asks as any chat request is answered: routed, within budgets, past guardrails, recorded. Failures are outcomes. Where
 * only limits of rates speak against it for a while, that while is waited.
 */
export async function askModel(scope: RequestScope, question: Question): Promise<Said | FailedOutcome> {
  const costs: AttemptCost[] = []
  let waited = 0
  for (let least = FIRST_WAIT_MS; ; least *= WAIT_GROWTH) {
    const { answer, retryAfterMs } = await askOnce(scope, question)
    costs.push(answer.cost)
    const pause = retryAfterMs === null ? Infinity : Math.max(retryAfterMs, Math.min(least, LONGEST_WAIT_MS))
    waited += pause
    const isOver = pause > LONGEST_WAIT_MS || waited > MOST_WAITING_MS || scope.signal.aborted
    if (answer.kind === 'said' || isOver) return { ...answer, cost: sumOf(costs) }
    await sleep(pause * (1 + JITTER * Math.random()), scope.signal)
  }
}

/** `retryAfterMs`: when the same may be asked again; null where nobody says. */
type Answered = { answer: Said | FailedOutcome; retryAfterMs: number | null }

async function askOnce(scope: RequestScope, question: Question): Promise<Answered> {
  const heard: Heard = { said: null, error: null, model: null, tokens: 0 }
  try {
    const { headers } = await answerRequest(scope, inboundOf(question, replyTo(heard)))
    const microUsd = microUsdOf(Number(headers.get('x-switchyard-cost-usd') ?? 0))
    const { said, error, model, tokens } = heard
    const cost = { microUsd, tokens, model }
    if (said) return { answer: { kind: 'said', ...said, cost }, retryAfterMs: null }
    const seconds = Number(headers.get('retry-after') ?? Number.NaN)
    return {
      answer: failed(error ?? { code: 'cancelled', message: 'Nobody waits for the answer any more' }, {
        cost,
      }),
      retryAfterMs: Number.isNaN(seconds) ? null : seconds * 1_000,
    }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const { code, message, retryAfterMs = null } = cause
    return { answer: failed({ code, message: `${message}${capTold(code, question)}` }), retryAfterMs }
  }
}

/** Who reads it has set a budget, not a cap of each question. */
function capTold(code: string, { maxMicroUsd }: Question): string {
  if (code !== 'no_eligible_model' || maxMicroUsd === null) return ''
  return `; of the run's budget there is ${usdOf(maxMicroUsd)} USD for it`
}

function replyTo(heard: Heard): Reply {
  return {
    ...chatReply({ includeUsage: false, showReasoning: false }),
    whole({ model }, answer, closing) {
      const { inputTokens, outputTokens } = closing.usage
      heard.model = model
      heard.tokens = inputTokens + outputTokens
      heard.said = { ...textsOf(answer.choices[0]), answer, reason: closing.reason, notes: notesIn(closing) }
      return {}
    },
    failure(error) {
      heard.error = error
      return {}
    },
  }
}

function inboundOf({ chat, model, maxMicroUsd, collaboration, sessionId }: Question, reply: Reply): Inbound {
  return {
    chat,
    stream: false,
    reply,
    routing: {
      model,
      models: [],
      provider: {},
      autoRouter: present({ maxCostUsd: maxMicroUsd === null ? null : usdOf(maxMicroUsd) }),
      fallbacksFor: { contextWindow: [], contentPolicy: [] },
      reliability: {},
      ...present({ collaboration, sessionId }),
    },
  }
}

function notesIn({ metadata }: AnswerClosing): readonly string[] {
  const outcome = isRecord(metadata) ? metadata['collaboration_outcome'] : null
  const notes = isRecord(outcome) ? outcome['notes'] : null
  return Array.isArray(notes) ? notes.map(String) : []
}
