import { namePieces, type Prompt } from './prompt.ts'

const OPTION = /^\(?([A-J])[.):][^\S\n]?(.*)$/gm
const NEGATION = /\b(?:not|except|false|least|incorrect|never|no|none|cannot|without|untrue|neither)\b/gi
const SHOUTED_NEGATION = /\b(?:NOT|EXCEPT|LEAST|FALSE)\b/
const CALCULATION =
  /\b(?:calculate|compute|find|how many|how much|what is the value|solve|determine|evaluate|total|average|percent|ratio|probability|equation|integer)\b/gi
const JOINING: ReadonlySet<string> = new Set(['and', 'also', 'then', 'both', 'another', 'each'])
/** A word and its inflections begin alike. */
const STEM = 5

const log = Math.log1p

/** Numbers that say how a prompt is built, whatever it is about; most grow with the logarithm of a count. */
export function shapeOf({ text, tools }: Prompt): number[] {
  const options = Array.from(text.matchAll(OPTION))
  const first = options[0]?.index
  const stem = first !== undefined && options.length > 1 ? text.slice(0, first) : text
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return [
    ...sizes(text, stem, words),
    ...choices(options.map(([, , answer]) => answer ?? '')),
    ...numbers(text, stem),
    ...wording(text, stem),
    ...toolShape(tools, text, words),
  ]
}

function sizes(text: string, stem: string, words: readonly string[]): number[] {
  const all = Math.max(1, words.length)
  return [
    log(text.length),
    log(stem.length),
    log(count(text, /\n/g)),
    log(count(stem, /[.!?](?:\s|$)/g)),
    log(count(text, /^\s{2,}\S/gm)),
    words.reduce((sum, word) => sum + word.length, 0) / all,
    new Set(words).size / all,
    words.filter((word) => word.length > 8).length / all,
    share(text, /[A-Z]/g),
    share(text, /[^\0-\x7f]/g),
  ]
}

/** Of answers to choose from. */
function choices(answers: readonly string[]): number[] {
  const lengths = answers.map(({ length }) => length)
  const mean = meanOf(lengths)
  const spread = Math.sqrt(meanOf(lengths.map((length) => (length - mean) ** 2)))
  return [
    answers.length / 10,
    log(mean),
    log(spread),
    log(Math.max(0, ...lengths)),
    meanOf(answers.map((answer) => Number(/^[\s$\-−(]*[\d.,/]+/.test(answer)))),
    new Set(answers.map((answer) => answer.charAt(0).toLowerCase())).size / Math.max(1, answers.length),
    Number(/all of (?:the|these)|none of (?:the|these)|both|neither/i.test(answers.join('\n'))),
  ]
}

function numbers(text: string, stem: string): number[] {
  const values = (stem.match(/\d+\.?\d*/g) ?? []).filter(({ length }) => length < 15).map(Number)
  return [
    share(text, /\d/g),
    log(values.length),
    log(Math.max(0, ...values)),
    share(stem, /[=+*/^<>]/g),
    log(count(text, /\\/g)),
    log(count(text, /\$/g)),
    share(text, /[{}[\]();]/g) * 10,
    Number(text.includes('def ')),
    Number(/assert|>>>/.test(text)),
  ]
}

function wording(text: string, stem: string): number[] {
  const end = stem.trimEnd().at(-1)
  return [
    log(count(stem, NEGATION)),
    Number(SHOUTED_NEGATION.test(stem)),
    log(count(stem, CALCULATION)),
    log(count(text, /,/g)),
    log(count(text, /[?？]/g)),
    log(count(text, /["“]/g)),
    log(count(text, / and /g)),
    Number(text.includes('___')),
    Number(end === '?' || end === '？'),
    Number(end === ':' || end === '：'),
    Number(text.includes('Statement 1')),
    Number(/\bI\b[^]*\bII\b/.test(text)),
    Number(/\b(?:why|explain|prove)\b/i.test(text)),
    Number(/\b(?:who|when|where)\b/i.test(stem)),
    Number(/\bhow (?:many|much)\b/i.test(stem)),
  ]
}

/** How many tools there are, how large, and how much the prompt speaks of what they are called. */
function toolShape(tools: Prompt['tools'], text: string, words: readonly string[]): number[] {
  const known = new Set(words.map((word) => word.slice(0, STEM)))
  const pieces = tools.map(({ name }) => namePieces(name))
  const spoken = pieces.map((parts) => meanOf(parts.map((part) => Number(known.has(part.slice(0, STEM))))))
  const grams = tools.length > 0 ? gramsOf(text) : new Set<string>()
  const alike = tools.map(({ name }) => meanOf([...gramsOf(name)].map((gram) => Number(grams.has(gram)))))
  return [
    log(tools.length),
    log(tools.reduce((sum, { chars }) => sum + chars, 0)) / 5,
    ...extremes(spoken),
    ...extremes(alike),
    log(words.filter((word) => JOINING.has(word)).length),
    Number(tools.some(({ name }) => name.includes('.'))),
    Number(tools.some(({ name }) => /[a-z][A-Z]/.test(name))),
  ]
}

/** Runs of four letters, blanks included. */
function gramsOf(text: string): Set<string> {
  const spaced = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
  const padded = ` ${spaced} `
  return new Set(Array.from({ length: Math.max(0, padded.length - 3) }, (_, at) => padded.slice(at, at + 4)))
}

function extremes(values: readonly number[]): number[] {
  return values.length === 0 ? [0, 0, 0] : [Math.max(...values), Math.min(...values), meanOf(values)]
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

function share(text: string, pattern: RegExp): number {
  return count(text, pattern) / Math.max(1, text.length)
}
