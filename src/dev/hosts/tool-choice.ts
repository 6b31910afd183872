import { findExpression, solve } from './arithmetic.ts'
import { chanceOf } from './chance.ts'
import { samplePlan } from './plan-sample.ts'
import { contentWords, isChinese } from './prose.ts'
import { lastUserText } from './question.ts'
import type { Question, SimulatedModel, ToolCall, ToolDefinition } from './question.ts'
import { sampleSchema, type SampleSource } from './schema-sample.ts'

/**
 * The tools a model calls for a question, with arguments taken from the prompt; none when it just answers.
 * `choice` is which of several answers this is: their calls differ by id.
 */
export function chooseToolCalls(question: Question, model: SimulatedModel, choice = 0): ToolCall[] {
  return chooseTools(question).map((tool) => {
    const args =
      samplePlan(question) ?? sampleSchema(tool.parameters ?? {}, sourceOf(question, model, tool.name))
    const argumentsJson = JSON.stringify(args)
    const again = choice === 0 ? '' : ` ${choice}`
    const seed = `${model.hostModelId} ${question.turns.length} ${tool.name} ${argumentsJson}${again}`
    return { id: `call_sim${Math.floor(chanceOf(seed) * 1e9)}`, name: tool.name, argumentsJson }
  })
}

/** The values of a prompt that fill tool arguments and JSON answers: names first, then other words. */
export function sourceOf(question: Question, model: SimulatedModel, seed: string): SampleSource {
  const prompt = lastUserText(question)
  const expression = findExpression(prompt)
  return {
    words: [...names(prompt), ...contentWords(prompt)],
    numbers: (prompt.match(/\d+(?:\.\d+)?/g) ?? []).map(Number),
    result: expression && solve(expression, { id: model.hostModelId, ability: model.ability }),
    seed: `${model.hostModelId} ${seed} ${prompt}`,
  }
}

/**
 * The tool that shares most words with the prompt, and with it every other one whose own subject the prompt names.
 * Where only one may be called at a time, the next one is called once the one before has answered.
 */
function chooseTools(question: Question): readonly ToolDefinition[] {
  const { tools, toolChoice, turns, parallelTools } = question
  if (toolChoice === 'none') return []
  const called = calledSince(question)
  const answered = turns.at(-1)?.role === 'tool'
  if (answered && (called.length === 0 || toolChoice !== 'auto')) return []
  if (typeof toolChoice === 'object') return tools.filter((tool) => tool.name === toolChoice.name).slice(0, 1)
  const prompt = meaningOf(lastUserText(question))
  const best = bestTool(tools, prompt, toolChoice === 'required')
  if (!best) return []
  const others = tools.filter((tool) => tool !== best && namesSubject(tool, tools, prompt))
  const wanted = [best, ...others].filter((tool) => !answered || !called.includes(tool.name))
  return parallelTools ? wanted : wanted.slice(0, 1)
}

/** The tools that were called since the user last said something. */
function calledSince({ turns }: Question): readonly string[] {
  const asked = turns.findLastIndex((turn) => turn.role === 'user')
  return turns.slice(asked + 1).flatMap((turn) => turn.calls ?? [])
}

function bestTool(
  tools: readonly ToolDefinition[],
  prompt: ReadonlySet<string>,
  required: boolean,
): ToolDefinition | undefined {
  const scored = tools.map((tool) => ({
    tool,
    shared: meaningOf(`${tool.name} ${tool.description ?? ''}`).intersection(prompt).size,
  }))
  const [best] = scored.toSorted((a, b) => b.shared - a.shared)
  return best && (best.shared > 0 || required) ? best.tool : undefined
}

/** Whether a prompt has a word of the tool's name (or two Han characters of its description) that no other tool has. */
function namesSubject(
  tool: ToolDefinition,
  tools: readonly ToolDefinition[],
  prompt: ReadonlySet<string>,
): boolean {
  const others = tools.filter((other) => other !== tool).map(subjectOf)
  return [...subjectOf(tool)].some((word) => prompt.has(word) && !others.some((other) => other.has(word)))
}

function subjectOf({ name, description = '' }: ToolDefinition): Set<string> {
  return meaningOf(`${name} ${(description.match(/\p{Script=Han}+/gu) ?? []).join(' ')}`)
}

/** Lower-case content words (camelCase and snake_case taken apart) and pairs of neighbouring Han characters. */
function meaningOf(text: string): Set<string> {
  const words = contentWords(text.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' '))
  const han = text.match(/\p{Script=Han}+/gu) ?? []
  const pairs = han.flatMap((run) => Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2)))
  return new Set([...words.map((word) => word.toLowerCase()), ...pairs])
}

/** Runs of capitalised words, such as `New York`; the first word of a sentence does not count. */
function names(text: string): string[] {
  if (isChinese(text)) return text.match(/[\p{Script=Han}]{2,4}(?=[的今明天在])/gu) ?? []
  return [...text.matchAll(/(?<=[^.!?\s]\s+)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)*/gu)].map(
    ([name]) => name,
  )
}
