import { namePieces, type Prompt } from './prompt.ts'

const OPTION = /^\(?([A-J])[.):][^\S\n]?(.*)$/gm
const NEGATION = /\b(?:not|except|false|least|incorrect|never|no|none|cannot|without|untrue|neither)\b/gi
const SHOUTED_NEGATION = /\b(?:NOT|EXCEPT|LEAST|FALSE)\b/
const CALCULATION =
  /\b(?:calculate|compute|find|how many|how much|what is the value|solve|determine|evaluate|total|average|percent|ratio|probability|equation|integer)\b/gi
const JOINING: ReadonlySet<string> = new Set(['and', 'also', 'then', 'both', 'another', 'each'])
/** A word and its inflections begin alike. */
const STEM = 5

const BEGINNING = 6_000
const END = 2_000

const ASCII = 128

const log = Math.log1p

/** Numbers that say how a prompt is built, whatever it is about; most grow with the logarithm of a count. */
export function shapeOf({ text: whole, tools }: Prompt): number[] {
  const text = shortened(whole)
  const options = Array.from(text.matchAll(OPTION))
  const first = options[0]?.index
  const stem = first !== undefined && options.length > 1 ? text.slice(0, first) : text
  const units = countUnits(text)
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return [
    log(whole.length),
    ...sizes(text, stem, words, units),
    ...choices(options.map(([, , answer]) => answer ?? '')),
    ...numbers(text, stem, units),
    ...wording(text, stem, units),
    ...toolShape(tools, text, words),
  ]
}

/** Of a long text its beginning and its end, where what is asked stands. */
function shortened(text: string): string {
  return text.length > BEGINNING + END ? `${text.slice(0, BEGINNING)}\n${text.slice(-END)}` : text
}

function sizes(text: string, stem: string, words: readonly string[], units: Units): number[] {
  const all = Math.max(1, words.length)
  return [
    log(stem.length),
    log(units.of('\n')),
    log(count(stem, /[.!?](?:\s|$)/g)),
    log(count(text, /^[^\S\n]{2,}\S/gm)),
    words.reduce((sum, word) => sum + word.length, 0) / all,
    new Set(words).size / all,
    words.filter((word) => word.length > 8).length / all,
    units.of('ABCDEFGHIJKLMNOPQRSTUVWXYZ') / Math.max(1, text.length),
    units.others / Math.max(1, text.length),
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

function numbers(text: string, stem: string, units: Units): number[] {
  const values = (stem.match(/\d+\.?\d*/g) ?? []).filter(({ length }) => length < 15).map(Number)
  return [
    units.of('0123456789') / Math.max(1, text.length),
    log(values.length),
    log(Math.max(0, ...values)),
    share(stem, /[=+*/^<>]/g),
    log(units.of('\\')),
    log(units.of('$')),
    (units.of('{}[]();') / Math.max(1, text.length)) * 10,
    Number(text.includes('def ')),
    Number(/assert|>>>/.test(text)),
  ]
}

function wording(text: string, stem: string, units: Units): number[] {
  const end = stem.trimEnd().at(-1)
  return [
    log(count(stem, NEGATION)),
    Number(SHOUTED_NEGATION.test(stem)),
    log(count(stem, CALCULATION)),
    log(units.of(',')),
    log(units.of('?') + count(text, /？/g)),
    log(units.of('"') + count(text, /“/g)),
    log(count(text, / and /g)),
    Number(text.includes('___')),
    Number(end === '?' || end === '？'),
    Number(end === ':' || end === '：'),
    Number(text.includes('Statement 1')),
    Number(/\bI\b/.test(text) && /\bII\b/.test(text)),
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
  const grams = tools.length > 0 ? gramsOf(text) : new Set<number>()
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

/** Runs of four letters, blanks included, as numbers; letters count from 1, whatever is none is one blank. */
function gramsOf(text: string): Set<number> {
  const grams = new Set<number>()
  const spaced = `${text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} `
  let last = 0
  let length = 1
  for (let at = 0; at < spaced.length; at += 1) {
    const unit = spaced.charCodeAt(at)
    const letter = unit >= 97 && unit <= 122 ? unit - 96 : 0
    if (letter === 0 && (last & 31) === 0) continue
    last = ((last << 5) | letter) & 0xfffff
    length += 1
    if (length >= 4) grams.add(last)
  }
  return grams
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

/** How often each ASCII character is there, and how many others. */
type Units = { of: (characters: string) => number; others: number }

function countUnits(text: string): Units {
  const counts = new Int32Array(ASCII)
  let others = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < ASCII) counts[unit] = (counts[unit] ?? 0) + 1
    else others += 1
  }
  const of = (characters: string) => {
    let sum = 0
    for (let at = 0; at < characters.length; at += 1) sum += counts[characters.charCodeAt(at)] ?? 0
    return sum
  }
  return { of, others }
}

function share(text: string, pattern: RegExp): number {
  return count(text, pattern) / Math.max(1, text.length)
}
