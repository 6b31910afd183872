import { findExpression, solve } from './arithmetic.ts'
import { chanceOf } from './chance.ts'
import { brokenOff, restOf } from './continuation.ts'
import { inputTokens as countInput, mediaNoticed, mediaTokens } from './media.ts'
import type { Cached } from './prompt-cache.ts'
import { samplePlan } from './plan-sample.ts'
import { asksFor } from './prompt-words.ts'
import { contentWords, isChinese, prose } from './prose.ts'
import { lastUserText } from './question.ts'
import type { Answer, Choice, Question, SimulatedModel, TokenUsage, ToolCall } from './question.ts'
import { sampleSchema } from './schema-sample.ts'
import { estimateTokens, firstTokens } from './tokens.ts'
import { chooseToolCalls, sourceOf } from './tool-choice.ts'

const LENGTH = { least: 20, most: 300 }
const QUOTED_RESULT_TOKENS = 120
const REASONING_TOKENS = { none: 0, minimal: 16, low: 40, medium: 90, high: 240, xhigh: 480 } as const
const REFUSAL = "I'm sorry, but I can't help with that."

/** A choice and what it cost. */
type Composed = { choice: Choice; outputTokens: number; reasoningTokens: number }

/**
 * What a model answers. The same question always gets the same answer from the same model. Text begins with
 * `[simulated <id>]`, unless JSON was asked for, or the rest of an answer. `cached` is what the host's prompt cache holds of the question.
 */
export function composeAnswer(question: Question, model: SimulatedModel, cached: Cached): Answer {
  const first = composeChoice(question, model, 0)
  const others = Array.from({ length: question.choices - 1 }, (_, at) =>
    composeChoice(question, model, at + 1),
  )
  const usage = usageOf(question, cached, [first, ...others])
  return { ...first.choice, others: others.map(({ choice }) => choice), usage, failure: null }
}

/** What a question costs before anything is answered. */
export function inputTokensOf(question: Question): number {
  return countInput(promptText(question), question)
}

function composeChoice(question: Question, model: SimulatedModel, number: number): Composed {
  const limit = question.maxOutputTokens ?? Infinity
  const thought = Math.min(reasoningTokens(question, model), limit)
  const reasoning = question.showsReasoning ? thoughts(question, thought) : ''
  const redacted = thought > 0 && asksFor(question, 'redactedThinking')
  const refusal = asksFor(question, 'refusal') ? firstTokens(REFUSAL, limit - thought) : ''
  const begun = brokenOff(question)
  const calls = refusal || begun ? [] : chooseToolCalls(question, model, number)
  const spoken = refusal || calls.length > 0 ? '' : content(begun?.question ?? question, model, number)
  const stopped = untilStop(begun ? restOf(spoken, begun.partial) : spoken, question.stop)
  const text = firstTokens(stopped.text, limit - thought)
  const toolCalls = callsWithin(calls, limit - thought)
  const whole = text === stopped.text && sameCalls(calls, toolCalls)
  const choice: Choice = {
    thought: thought > 0,
    reasoning,
    redacted,
    text,
    refusal,
    toolCalls,
    finish: !whole ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
    stopSequence: whole ? stopped.sequence : null,
  }
  const said = toolCalls.reduce((sum, call) => sum + estimateTokens(call.argumentsJson + call.name), 0)
  const outputTokens = thought + said + estimateTokens(text) + estimateTokens(refusal)
  return { choice, outputTokens, reasoningTokens: thought }
}

function usageOf(question: Question, cached: Cached, composed: readonly Composed[]): TokenUsage {
  const inputTokens = inputTokensOf(question)
  return {
    inputTokens,
    cachedInputTokens: Math.min(cached.readTokens, inputTokens),
    cacheWriteTokens: Math.min(cached.writtenTokens, inputTokens - cached.readTokens),
    outputTokens: composed.reduce((sum, each) => sum + each.outputTokens, 0),
    reasoningTokens: composed.reduce((sum, each) => sum + each.reasoningTokens, 0),
    mediaTokens: mediaTokens(question),
  }
}

/** A text up to the first place where it would say one of `stop`. */
function untilStop(text: string, stop: readonly string[]): { text: string; sequence: string | null } {
  const found = stop
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ sequence, at }) => sequence !== '' && at !== -1)
    .toSorted((a, b) => a.at - b.at)[0]
  return found ? { text: text.slice(0, found.at), sequence: found.sequence } : { text, sequence: null }
}

/** Calls as far as the tokens reach; the last one may be broken off. */
function callsWithin(calls: readonly ToolCall[], tokens: number): ToolCall[] {
  let left = tokens
  return calls.flatMap((call) => {
    if (left <= 0) return []
    const argumentsJson = firstTokens(call.argumentsJson, left)
    left -= estimateTokens(argumentsJson)
    return [{ ...call, argumentsJson }]
  })
}

function sameCalls(wanted: readonly ToolCall[], made: readonly ToolCall[]): boolean {
  return wanted.every((call, at) => call.argumentsJson === made[at]?.argumentsJson)
}

/** Everything of a question that is read as input: what is counted and what is cached. */
export function promptText({ tools, turns }: Question): string {
  const definitions = tools.length > 0 ? `${JSON.stringify(tools)}\n` : ''
  return definitions + turns.map((turn) => `${turn.role}: ${turn.text}`).join('\n')
}

/** What is said in answer number `number`; a question with media is told which ones arrived. */
function content(question: Question, model: SimulatedModel, number: number): string {
  const plan = samplePlan(question)
  if (plan) return JSON.stringify(plan)
  if (question.output.type === 'json_object') return jsonObject(question, model, number)
  if (question.output.type === 'json_schema') {
    const { name, schema } = question.output
    const seed = number === 0 ? name : `${name} ${number}`
    return JSON.stringify(sampleSchema(schema, sourceOf(question, model, seed)))
  }
  const media = mediaNoticed(question)
  const noticed = media ? `With ${media}: ` : ''
  return `[simulated ${model.hostModelId}] ${noticed}${spokenText(question, model, number)}`
}

function jsonObject(question: Question, model: SimulatedModel, number: number): string {
  const answer = spokenText(question, model, number)
  return JSON.stringify({ simulated: true, model: model.hostModelId, answer })
}

function spokenText(question: Question, model: SimulatedModel, number: number): string {
  if (number > 0) return `Put another way (${number}): ${spokenText(question, model, 0)}`
  const prompt = lastUserText(question)
  const chinese = isChinese(prompt)
  const results = toolResults(question)
  if (results.length > 0) {
    const quoted = results.map((text) => firstTokens(text, QUOTED_RESULT_TOKENS)).join('; ')
    return chinese ? `工具的结果是：${quoted}` : `The tool answered: ${quoted}`
  }
  const expression = findExpression(prompt)
  if (expression) {
    const result = solve(expression, { id: model.hostModelId, ability: model.ability })
    return chinese ? `${expression.text} = ${result}。` : `${expression.text} = ${result}.`
  }
  const seed = `${model.hostModelId} ${promptText(question)}`
  return prose(prompt, wantedTokens(prompt, seed), seed)
}

/** What the tools that were called last have answered. */
function toolResults({ turns }: Question): readonly string[] {
  const before = turns.findLastIndex((turn) => turn.role !== 'tool')
  return turns.slice(before + 1).map((turn) => turn.text)
}

/** What the prompt asks for ("in 50 words", "briefly"), else in proportion to its length; ±30 % by chance. */
function wantedTokens(prompt: string, seed: string): number {
  const asked = /(\d+)[ -](word|sentence)|(\d+)\s*(字)/i.exec(prompt)
  const perUnit = { word: 1.33, sentence: 16, 字: 1 }[(asked?.[2] ?? asked?.[4] ?? '').toLowerCase()]
  const varied = 0.7 + 0.6 * chanceOf(`${seed} length`)
  const wanted = perUnit ? Number(asked?.[1] ?? asked?.[3]) * perUnit : hintedTokens(prompt) * varied
  return Math.min(Math.max(wanted, LENGTH.least), LENGTH.most)
}

function hintedTokens(prompt: string): number {
  if (/\b(brief|short|one word|yes or no|tl;?dr)|简短|簡短/i.test(prompt)) return 25
  if (/\b(essay|detail|story|report|thorough|step by step|in depth)|详细|詳細|文章/i.test(prompt)) return 240
  return 40 + contentWords(prompt).length * 4
}

function reasoningTokens(question: Question, model: SimulatedModel): number {
  if (!model.reasoning) return 0
  const usual = REASONING_TOKENS[question.effort ?? 'medium']
  return Math.round(usual * (0.7 + 0.6 * chanceOf(`${model.hostModelId} ${promptText(question)} thought`)))
}

function thoughts(question: Question, tokens: number): string {
  if (tokens === 0) return ''
  return firstTokens(prose(lastUserText(question), tokens, 'thoughts'), tokens)
}
