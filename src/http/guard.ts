import { classify } from '../classify/classify.ts'
import type { ChatRequest } from '../core/chat.ts'
import type { EmbeddingInputs } from '../core/embedding.ts'
import { AppError } from '../core/errors.ts'
import {
  type Guarded,
  type GuardFinding,
  type Guardrail,
  guardrailsOn,
  type RequestCheck,
  type TextCheck,
} from '../core/guardrails.ts'
import { mapTexts, saidIn } from '../guard/conversation.ts'
import { injectionScore } from '../guard/prompt-injection.ts'
import { applyTo, createTextGuard, findingOf, newTally, type TextGuard } from '../guard/text-guard.ts'
import type { Asked } from './asked.ts'
import type { RequestScope } from './context.ts'
import { askWebhook, type Opinion } from './guard-webhook.ts'

/** A guardrail that looks through texts is made ready once for each configuration. */
const READY = new WeakMap<Guardrail, TextGuard>()

/** @param check the guardrail's own */
export function readyGuard(guardrail: Guardrail, check: TextCheck): TextGuard {
  const known = READY.get(guardrail)
  if (known) return known
  const guard = createTextGuard(guardrail, check)
  READY.set(guardrail, guard)
  return guard
}

/**
 * Lets a request pass the tenant's guardrails, in order: each sees what the one before has left. What is masked is
 * masked for everybody after this: the classifier, the cache, the models, the history.
 *
 * @param callsOut false: checkers outside are not asked
 * @returns the request as it goes on; its `findings` say what was found
 * @throws AppError `guardrail_blocked`
 */
export async function guardInput(asked: Asked, callsOut = true): Promise<Asked> {
  const rails = guardrailsOn(asked.config.guardrails, 'input')
  const passing = callsOut ? rails : rails.filter(({ check }) => check.kind !== 'webhook')
  const { chat, findings } = await passAll(asked.scope, passing, asked.inbound.chat)
  return { ...asked, inbound: { ...asked.inbound, chat }, findings }
}

/**
 * The same for texts that are no conversation. Numbers of a model's own tokenizer are no texts: they pass unread.
 *
 * @throws AppError `guardrail_blocked`
 */
export async function guardInputs(
  scope: RequestScope,
  inputs: EmbeddingInputs,
): Promise<{ inputs: EmbeddingInputs; findings: readonly GuardFinding[] }> {
  if (inputs.kind === 'tokens') return { inputs, findings: [] }
  const messages = inputs.texts.map((text) => ({
    role: 'user' as const,
    content: [{ type: 'text' as const, text }],
  }))
  const asText: ChatRequest = {
    messages,
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
  }
  const { chat, findings } = await passAll(
    scope,
    guardrailsOn(scope.tenant.config.rules.guardrails, 'input'),
    asText,
  )
  return { inputs: { kind: 'texts', texts: saidIn(chat.messages).map(({ text }) => text) }, findings }
}

async function passAll(
  scope: RequestScope,
  guardrails: readonly Guardrail[],
  request: ChatRequest,
): Promise<{ chat: ChatRequest; findings: GuardFinding[] }> {
  const findings: GuardFinding[] = []
  let chat = request
  for (const guardrail of guardrails) {
    const { finding, left } = await passInput(scope, chat, guardrail)
    chat = left
    if (!finding) continue
    if (finding.action === 'block') throw blocked(finding)
    findings.push(finding)
  }
  return { chat, findings }
}

/** The error of a request that a guardrail blocks: which one, and what kind of thing was found. */
function blocked({ id, found }: GuardFinding): AppError {
  return new AppError('guardrail_blocked', `Guardrail '${id}' blocked the request: ${found.join(', ')}`)
}

type Passed = { finding: GuardFinding | null; left: ChatRequest }

async function passInput(scope: RequestScope, chat: ChatRequest, guardrail: Guardrail): Promise<Passed> {
  const { check } = guardrail
  switch (check.kind) {
    case 'pii':
    case 'regex':
    case 'keywords':
      return passTexts(chat, readyGuard(guardrail, check))
    case 'prompt_injection':
    case 'topics':
    case 'max_tokens': {
      const found = objectionsTo(chat, check)
      const tally = { kinds: new Set(found), count: found.length }
      return { finding: findingOf(guardrail, 'input', tally), left: chat }
    }
    case 'webhook': {
      const texts = saidIn(chat.messages).map(({ text }) => text)
      const opinion = await askWebhook(scope, guardrail, check, 'input', texts)
      return passOpinion(chat, guardrail, texts, opinion)
    }
  }
}

function passTexts(chat: ChatRequest, guard: TextGuard): Passed {
  const tally = newTally()
  for (const { text } of saidIn(chat.messages)) applyTo(text, guard, tally)
  const changes = tally.count > 0 && guard.guardrail.action === 'mask'
  return {
    finding: findingOf(guard.guardrail, 'input', tally),
    left: changes ? mapTexts(chat, (text) => applyTo(text, guard, newTally())) : chat,
  }
}

/** What a webhook says is done, unless it is only to be reported. */
function passOpinion(
  chat: ChatRequest,
  guardrail: Guardrail,
  texts: readonly string[],
  opinion: Opinion,
): Passed {
  if (opinion.verdict === 'allow') return { finding: null, left: chat }
  const finding = opinionFinding(guardrail, 'input', opinion)
  if (finding.action !== 'mask' || opinion.verdict !== 'mask') return { finding, left: chat }
  const written = new Map(texts.map((text, i) => [text, opinion.texts[i] ?? text]))
  return { finding, left: mapTexts(chat, (text) => written.get(text) ?? text) }
}

/** What is noted of an opinion that is not to allow. */
export function opinionFinding(
  { id, action }: Guardrail,
  on: Guarded,
  opinion: Exclude<Opinion, { verdict: 'allow' }>,
): GuardFinding {
  const { verdict, found } = opinion
  return { id, on, action: action === 'report' ? 'report' : verdict, found, count: found.length }
}

/** What of a request is not as the check wants it, in words; empty where all is. */
function objectionsTo(chat: ChatRequest, check: RequestCheck): string[] {
  switch (check.kind) {
    case 'prompt_injection':
      return isInjected(chat, check.threshold) ? ['prompt_injection'] : []
    case 'topics': {
      const { taskType, language } = classify(chat)
      const { taskTypes, languages } = check
      return [
        ...(taskTypes && !taskTypes.includes(taskType) ? [`task_type ${taskType}`] : []),
        ...(languages && !languages.some((one) => isLanguage(language, one)) ? [`language ${language}`] : []),
      ]
    }
    case 'max_tokens':
      return classify(chat).inputTokens.openai > check.tokens ? ['input_tokens'] : []
  }
}

/** The operator's own instructions, and what the model said itself, are not suspected. */
function isInjected({ messages }: ChatRequest, threshold: number): boolean {
  return saidIn(messages).some(
    ({ role, text }) => (role === 'user' || role === 'tool') && injectionScore(text) >= threshold,
  )
}

/** `zh` allows `zh-Hant` as well; a text in no language is no other one. */
function isLanguage(language: string, allowed: string): boolean {
  return language === 'und' || language === allowed || language.startsWith(`${allowed}-`)
}
