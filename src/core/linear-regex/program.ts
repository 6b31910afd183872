import { type Place, RegexFault, type RegexNode } from './parse.ts'

/** One state of an automaton that may be in several at once. Numbers are indexes of states. */
type Step =
  | { kind: 'set'; set: number; next: number }
  /** One character, whichever. */
  | { kind: 'any'; next: number }
  | { kind: 'at'; where: Place; next: number }
  /** Goes on in all of them; the earlier ones are preferred. */
  | { kind: 'split'; next: readonly number[] }
  | { kind: 'match' }

/** `searching` begins at every place, `anchored` only at the first. */
export type Program = { steps: readonly Step[]; anchored: number; searching: number }

const MAX_STATES = 2_000

type Direction = 'forward' | 'backward'
type Writer = { steps: Step[]; direction: Direction }

/**
 * Thompson's construction (1968): a tree as an automaton, one state for each character of the pattern.
 *
 * @param direction `backward`: for texts that are read from their end
 * @throws RegexFault when there are too many states
 */
export function writeProgram(node: RegexNode, direction: Direction): Program {
  const writer: Writer = { steps: [], direction }
  const anchored = write(writer, node, push(writer, { kind: 'match' }))
  const searching = push(writer, { kind: 'split', next: [] })
  const skip = push(writer, { kind: 'any', next: searching })
  writer.steps[searching] = { kind: 'split', next: [anchored, skip] }
  return { steps: writer.steps, anchored, searching }
}

function push({ steps }: Writer, step: Step): number {
  if (steps.length >= MAX_STATES) throw new RegexFault('The pattern has too many states', 0)
  return steps.push(step) - 1
}

/**
 * Every node writes a state at least, so that the bound on states is one on work as well.
 *
 * @param next where it goes on after the node
 * @returns where the node begins
 */
function write(writer: Writer, node: RegexNode, next: number): number {
  switch (node.kind) {
    case 'set':
      return push(writer, { kind: 'set', set: node.set, next })
    case 'at':
      return push(writer, { kind: 'at', where: turned(node.where, writer.direction), next })
    case 'all': {
      const parts = writer.direction === 'forward' ? node.parts.toReversed() : node.parts
      let begin = push(writer, { kind: 'split', next: [next] })
      for (const part of parts) begin = write(writer, part, begin)
      return begin
    }
    case 'either':
      return push(writer, { kind: 'split', next: node.branches.map((branch) => write(writer, branch, next)) })
    case 'repeat':
      return writeRepeat(writer, node, next)
  }
}

function turned(where: Place, direction: Direction): Place {
  if (direction === 'forward') return where
  return where === 'start' ? 'end' : where === 'end' ? 'start' : where
}

function writeRepeat(writer: Writer, node: RegexNode & { kind: 'repeat' }, next: number): number {
  const { of, min, max, lazy } = node
  const preferred = (inner: number) => (lazy ? [next, inner] : [inner, next])
  let begin = push(writer, { kind: 'split', next: [next] })
  let copies = min
  if (max === null) {
    const loop = begin
    const inner = write(writer, of, loop)
    writer.steps[loop] = { kind: 'split', next: preferred(inner) }
    // Who must pass the part once enters the loop behind its head, which spares a copy.
    if (min > 0) begin = inner
    copies = Math.max(min - 1, 0)
  } else {
    for (let i = min; i < max; i++) {
      begin = push(writer, { kind: 'split', next: preferred(write(writer, of, begin)) })
    }
  }
  for (let i = 0; i < copies; i++) begin = write(writer, of, begin)
  return begin
}
