/** What was published of the replayed models before their outcomes were known, as candidates for routing. */
import type { SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { classify } from '../../src/classify/classify.ts'
import type { ToolDefinition } from '../../src/core/chat.ts'
import { type Demand, TASK_TYPES, type TaskType } from '../../src/core/demand.ts'
import type { CatalogModel, Source } from '../../src/route/catalog/model.ts'
import { type Candidate, prepareCatalog } from '../../src/route/prepared-catalog.ts'

/** Percent right, null where not published: never of the sets that are replayed. */
type Scores = readonly [mmlu: number, gpqa: number | null, math: number | null, humanEval: number | null]
type Published = { scores: Scores; price: readonly [input: number, output: number] }

/**
 * Scores from the table of github.com/openai/simple-evals and, for models that are not in it, from their makers'
 * announcements (MMLU of Gemini's -002 versions: of the versions before); prices in USD per million tokens, as in the
 * sets.
 */
const PUBLISHED: Readonly<Record<string, Published>> = {
  'gpt-4o-2024-08-06': { scores: [88.7, 53.1, 75.9, 90.2], price: [2.5, 10] },
  'gpt-4o-2024-05-13': { scores: [87.2, 49.9, 76.6, 91], price: [5, 15] },
  'gpt-4o-mini': { scores: [82, 40.2, 70.2, 87.2], price: [0.15, 0.6] },
  'claude-3-5-sonnet-20240620': { scores: [88.3, 59.4, 71.1, 92], price: [3, 15] },
  'claude-3-haiku-20240307': { scores: [75.2, 33.3, 38.9, 75.9], price: [0.25, 1.25] },
  'gemini-1.5-pro': { scores: [81.9, null, 58.5, 71.9], price: [1.25, 5] },
  'gemini-1.5-flash': { scores: [77.9, 38.6, 40.9, 71.5], price: [0.075, 0.3] },
  'gemini-1.5-pro-002': { scores: [85.9, 59.1, 86.5, null], price: [1.25, 5] },
  'gemini-1.5-flash-002': { scores: [78.9, 51, 77.9, null], price: [0.075, 0.3] },
  'Meta-Llama-3-70B': { scores: [79.5, null, null, null], price: [0.88, 0.88] },
  'Meta-Llama-3_1-70B': { scores: [79.3, null, null, null], price: [0.88, 0.88] },
  'Meta-Llama-3_1-70B-Instruct': { scores: [82, 41.7, 68, 80.5], price: [0.88, 0.88] },
  'Meta-Llama-3_1-8B': { scores: [66.7, null, null, null], price: [0.18, 0.18] },
  'Meta-Llama-3_1-8B-Instruct': { scores: [68.4, 30.4, 51.9, 72.6], price: [0.18, 0.18] },
  'Mixtral-8x7B-Instruct-v0.1': { scores: [70.6, null, 28.4, 40.2], price: [0.6, 0.6] },
  'c4ai-command-r-v01': { scores: [68.2, null, null, null], price: [0.15, 0.6] },
  'jamba-1.5-large': { scores: [81.2, 36.9, null, null], price: [2, 8] },
}

/** The weakest and the best published of each benchmark then: where abilities begin and end. */
const ANCHORS = [
  [60, 92],
  [25, 65],
  [30, 90],
  [55, 95],
] as const
/** Which benchmarks speak for which task; the mean of all speaks for every task, as much as two of them. */
const EVIDENCE: Partial<Record<TaskType, readonly number[]>> = {
  knowledge: [3, 1, 0, 0],
  reasoning: [1, 3, 1, 0],
  math: [0, 1, 3, 0],
  code: [0, 0, 1, 3],
}
const GENERAL_WEIGHT = 2
/** A published score is believed by half: it measures its benchmark's prompts, never the caller's. */
const BELIEVED = 0.5
const MIDDLING = 0.5
/** Log-odds by which a model may differ from what is published of it. */
export const PUBLISHED_SPREAD = 0.5

function abilityAt(scores: Scores, task: TaskType): number {
  const known = scores.flatMap((score, at) => {
    const [low, high] = ANCHORS[at] ?? [0, 100]
    return score === null ? [] : [{ at, value: (score - low) / (high - low) }]
  })
  const general = (known.reduce((sum, { value }) => sum + value, 0) + MIDDLING) / (known.length + 1)
  let [total, weight] = [general * GENERAL_WEIGHT, GENERAL_WEIGHT]
  for (const { at, value } of known) {
    const evidence = EVIDENCE[task]?.[at] ?? 0
    total += evidence * value
    weight += evidence
  }
  return MIDDLING + BELIEVED * (total / weight - MIDDLING)
}

const SOURCE: Source = { url: 'https://github.com/openai/simple-evals', date: '2024-11-01' }

/** @throws for a model of which nothing is listed */
export function candidateFor(name: string): Candidate {
  const published = PUBLISHED[name]
  if (!published) throw new Error(`Nothing is published of ${name}`)
  const [input, output] = published.price
  const model: CatalogModel = {
    id: name,
    name,
    released: '2024-01-01',
    aliases: [],
    tokenFamily: 'openai',
    openWeights: false,
    contextWindow: 100_000,
    maxOutputTokens: 8_000,
    inputModalities: ['text'],
    tools: true,
    structuredOutput: 'json_schema',
    reasoning: { kind: 'none' },
    source: SOURCE,
    scores: [],
    offers: [
      {
        host: 'host',
        hostModelId: name,
        price: { input: input * 1e6, output: output * 1e6, source: SOURCE },
      },
    ],
  }
  const [candidate] = prepareCatalog([model]).candidates
  if (!candidate) throw new Error(`${name} is not offered`)
  const abilities = { ...candidate.abilities }
  for (const task of TASK_TYPES) abilities[task] = abilityAt(published.scores, task)
  return { ...candidate, abilities }
}

/** What the classifier makes of a prompt: nothing else is known of it. */
export function demandOf({ prompt, tools }: SetPrompt): Demand {
  return classify({
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    tools: tools.map((name): ToolDefinition => ({ name, description: '', parameters: {} })),
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
  })
}
