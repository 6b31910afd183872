import { type Alphabet, END } from './alphabet.ts'
import type { Place } from './parse.ts'
import type { Program } from './program.ts'

/**
 * A program as an automaton that is in one state at a time; its states and moves are worked out when a text first needs
 * them (Cox, "Regular Expression Matching in the Wild", 2010).
 */
export type Automaton = {
  program: Program
  alphabet: Alphabet
  /** Only the preferred match is told, as in JavaScript; otherwise every one. */
  preferring: boolean
  states: Map<string, State>
  /** How many states of the program were looked at so far: what working moves out has cost. */
  looks: number
}

/** `threads`: states of the program, preferred ones first, that what comes next goes to. */
export type State = {
  readonly threads: readonly number[]
  readonly before: Before
  readonly moves: (Move | undefined)[]
}

/** `matched`: a match ends before the symbol that was read. `to`: null when no more can come. */
type Move = { readonly to: State | null; readonly matched: boolean }

type Before = 'nothing' | 'word' | 'other'

/** Automatons begin anew when they know so many states. */
const MAX_STATES = 1_000

/** @param before the symbol before the first, `END` for none */
export function stateAt(automaton: Automaton, mode: 'anchored' | 'searching', before: number): State {
  return stateOf(automaton, [automaton.program[mode]], kindOf(automaton.alphabet, before))
}

/** @param symbol the next one, `END` for none */
export function moveOn(automaton: Automaton, state: State, symbol: number): Move {
  const known = state.moves[symbol]
  if (known) return known
  const move = workOut(automaton, state, symbol)
  state.moves[symbol] = move
  return move
}

function stateOf(automaton: Automaton, threads: readonly number[], before: Before): State {
  const key = `${before}:${threads.join(',')}`
  const known = automaton.states.get(key)
  if (known) return known
  if (automaton.states.size >= MAX_STATES) automaton.states = new Map()
  const state: State = { threads, before, moves: [] }
  automaton.states.set(key, state)
  return state
}

function workOut(automaton: Automaton, { threads, before }: State, symbol: number): Move {
  const { alphabet, preferring } = automaton
  const { steps } = automaton.program
  const kind = kindOf(alphabet, symbol)
  const holds = placesBetween(before, kind)
  const seen = new Set<number>()
  const next = new Set<number>()
  const open = threads.toReversed()
  let matched = false
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const step = steps[at]
    if (seen.has(at) || !step) continue
    seen.add(at)
    if (step.kind === 'split') open.push(...step.next.toReversed())
    else if (step.kind === 'at') {
      if (holds[step.where]) open.push(step.next)
    } else if (step.kind === 'match') {
      matched = true
      if (preferring) break
    } else if (symbol !== END && (step.kind === 'any' || alphabet.has(symbol, step.set))) next.add(step.next)
  }
  automaton.looks += seen.size
  return { to: next.size > 0 ? stateOf(automaton, [...next], kind) : null, matched }
}

function kindOf(alphabet: Alphabet, symbol: number): Before {
  return symbol === END ? 'nothing' : alphabet.isWord(symbol) ? 'word' : 'other'
}

function placesBetween(before: Before, after: Before): Record<Place, boolean> {
  const atWord = (before === 'word') !== (after === 'word')
  return { start: before === 'nothing', end: after === 'nothing', word: atWord, 'not-word': !atWord }
}
