import { createRandom } from '../src/learn/random.ts'

/** Models of the catalog, each at home with one subject of `evalRows`. */
export const EVAL_MODELS = [
  'google/gemini-2.5-flash',
  'openai/gpt-5-mini',
  'anthropic/claude-haiku-4.5',
] as const

const SUBJECTS = [
  'Write a poem about the sea with',
  'Tell me which year of history saw',
  'Integrate the function made of',
] as const
const WORDS = [
  'tower',
  'harbour',
  'candle',
  'winter',
  'engine',
  'mirror',
  'garden',
  'thunder',
  'carpet',
  'violin',
]

/** A row as it is uploaded. */
export type UploadedRow = {
  prompt: string
  model: string
  score: number
  input_tokens?: number
  output_tokens?: number
  task_type?: string
}

/** How good the answer of each model (0..2) to a prompt of a subject (0..2) is. */
export type Scoring = (subject: number, model: number, random: () => number) => number

/** Each model answers its own subject well, and the others seldom. */
export const TELLING: Scoring = (subject, model, random) =>
  Number(random() < (subject === model ? 0.95 : 0.25))
/** Nothing tells anything. */
export const NOISE: Scoring = (_subject, _model, random) => Number(random() < 0.5)

/** Every model on `prompts` different prompts, equal seeds alike. */
export function evalRows(
  prompts: number,
  scoring: Scoring,
  { seed = 7, outputTokens = 200 }: { seed?: number; outputTokens?: number } = {},
): UploadedRow[] {
  const random = createRandom(seed)
  return Array.from({ length: prompts }, (_, at) => {
    const subject = at % SUBJECTS.length
    const words = Array.from({ length: 6 }, () => WORDS[Math.floor(random() * WORDS.length)])
    const prompt = `${SUBJECTS[subject]} ${words.join(', ')} and ${100 + Math.floor(random() * 900)}`
    return EVAL_MODELS.map((model, column) => ({
      prompt,
      model,
      score: scoring(subject, column, random),
      input_tokens: 30,
      output_tokens: outputTokens,
    }))
  }).flat()
}
