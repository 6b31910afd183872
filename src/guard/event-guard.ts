import type { ContentEvent, ReadEvent } from '../core/chat.ts'
import type { GuardFinding } from '../core/guardrails.ts'
import { mapArguments } from './arguments.ts'
import { applyTo, findingOf, newTally, type Tally, type TextGuard } from './text-guard.ts'
import { createTextStream } from './text-stream.ts'

/** An answer that passes its guardrails event by event, each guardrail seeing what the one before has left. */
export type EventGuard = {
  /** @returns what may go on now */
  push(event: ContentEvent): ReadEvent[]
  /** The answer has ended, or another part of it begins. @returns what was held back */
  end(): ReadEvent[]
  /** Whether one of them has blocked the answer: what was returned so far is all of it. */
  isBlocked(): boolean
  findings(): GuardFinding[]
}

type Watched = { guard: TextGuard; tally: Tally }
type TextType = 'text-delta' | 'reasoning-delta' | 'refusal-delta'
/** A text that is being written, with what was read of it and what went on. */
type OpenText = {
  type: TextType
  choice: { choice?: number }
  pass: Passage
  read: string
  written: string
}
/** Calls of one choice, by index, with their arguments so far. */
type OpenCalls = Map<number, string>

/**
 * Guards one answer. Words of the model's, also its thoughts and refusals, go on as they come; the arguments of a call
 * are held until it is whole. A thought that was changed loses its seal, which would not hold; what a host says of
 * single tokens is left out.
 */
export function createEventGuard(guards: readonly TextGuard[]): EventGuard {
  const watched = guards.map((guard) => ({ guard, tally: newTally() }))
  const texts = new Map<number, OpenText>()
  const calls = new Map<number, OpenCalls>()

  function closeText(choice: number): ReadEvent[] {
    const open = texts.get(choice)
    if (!open) return []
    texts.delete(choice)
    return writtenTo(open, open.pass.end())
  }

  function closeCalls(choice: number): ReadEvent[] {
    const open = [...(calls.get(choice) ?? [])].filter(([, json]) => json !== '')
    calls.delete(choice)
    return open.map(([index, json]) => ({
      type: 'tool-call-delta',
      index,
      argumentsJson: guardedArguments(json, watched),
      ...choiceOf(choice),
    }))
  }

  function push(event: ReadEvent): ReadEvent[] {
    const choice = event.choice ?? 0
    if (event.type === 'tool-call-delta') {
      const open = calls.get(choice) ?? new Map<number, string>()
      calls.set(choice, open.set(event.index, (open.get(event.index) ?? '') + event.argumentsJson))
      return []
    }
    const ended = closeCalls(choice)
    if (event.type === 'tool-call-start') return [...ended, ...closeText(choice), event]
    if (event.type === 'reasoning-seal') {
      const thought = texts.get(choice)
      ended.push(...closeText(choice))
      return thought && thought.read !== thought.written ? ended : [...ended, event]
    }
    if (texts.get(choice)?.type !== event.type) ended.push(...closeText(choice))
    const open = texts.get(choice) ?? openText(event.type, choice, watched)
    texts.set(choice, open)
    open.read += event.text
    return [...ended, ...writtenTo(open, open.pass.push(event.text))]
  }

  function pushAny(event: ContentEvent): ReadEvent[] {
    return event.type === 'relay' ? event.read().flatMap(pushAny) : push(event)
  }

  return {
    push: pushAny,
    end: () => [...[...texts.keys()].flatMap(closeText), ...[...calls.keys()].flatMap(closeCalls)],
    isBlocked: () => watched.some(hasBlocked),
    findings: () => watched.flatMap(({ guard, tally }) => findingOf(guard.guardrail, 'output', tally) ?? []),
  }
}

function hasBlocked({ guard, tally }: Watched): boolean {
  return guard.guardrail.action === 'block' && tally.count > 0
}

/** A text on its way through all guardrails. */
type Passage = { push(text: string): string; end(): string }

function openText(type: TextType, choice: number, watched: readonly Watched[]): OpenText {
  const streams = watched.map(({ guard, tally }) => createTextStream(guard, tally))
  const pass: Passage = {
    push: (text) => streams.reduce((passed, stream) => (passed === '' ? '' : stream.push(passed)), text),
    end: () => streams.reduce((passed, stream) => stream.push(passed) + stream.end(), ''),
  }
  return { type, choice: choiceOf(choice), pass, read: '', written: '' }
}

function writtenTo(open: OpenText, text: string): ReadEvent[] {
  open.written += text
  return text === '' ? [] : [{ type: open.type, text, ...open.choice }]
}

function guardedArguments(json: string, watched: readonly Watched[]): string {
  return watched.reduce(
    (passed, { guard, tally }) => mapArguments(passed, (text) => applyTo(text, guard, tally)),
    json,
  )
}

/** The first choice is not named. */
function choiceOf(choice: number): { choice?: number } {
  return choice === 0 ? {} : { choice }
}
