import { describe, expect, it } from 'vitest'
import { type ChatEvent, type FinishReason, NO_USAGE, type Usage } from '../../../src/core/chat.ts'
import { mergeChoices } from '../../../src/providers/fan-out.ts'

const says = (text: string): ChatEvent => ({ type: 'text-delta', text })
const ends = (reason: FinishReason, usage: Usage | null = null): ChatEvent => ({
  type: 'answer-end',
  reason,
  usage,
})
const FAILURE: ChatEvent = { type: 'answer-error', code: 'rate_limited', message: 'Slow down' }

/**
 * Answers to each of which the test gives an event whenever it likes; `undefined` for one that has nothing more.
 * `closed`: the names of those that nobody wants more of.
 */
function slowAnswers<Name extends string>(...names: readonly Name[]) {
  const controller = new AbortController()
  const closed: string[] = []
  const pipes = new Map(names.map((name) => [name, new TransformStream<ChatEvent, ChatEvent>()]))
  async function* read(name: string, events: ReadableStream<ChatEvent>): AsyncGenerator<ChatEvent> {
    const reader = events.getReader()
    const aborted = Promise.withResolvers<never>()
    controller.signal.addEventListener('abort', () => aborted.reject(controller.signal.reason))
    try {
      for (;;) {
        const { value } = await Promise.race([reader.read(), aborted.promise])
        if (value) yield value
      }
    } finally {
      closed.push(name)
    }
  }
  const writers = new Map([...pipes].map(([name, { writable }]) => [name, writable.getWriter()]))
  return {
    merged: mergeChoices(
      [...pipes].map(([name, { readable }]) => read(name, readable)),
      () => controller.abort(),
    ),
    give: (name: Name, event: ChatEvent) => void writers.get(name)?.write(event),
    closed,
  }
}

async function* quick(...events: ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events
}
const merge = (...answers: AsyncGenerator<ChatEvent>[]) => Array.fromAsync(mergeChoices(answers, () => {}))

const used = (inputTokens: number, reasoningTokens: number) => ({
  ...NO_USAGE,
  inputTokens,
  outputTokens: 50,
  reasoningTokens,
})

describe('mergeChoices', () => {
  it('gives the pieces of all as they come, each with its choice', async () => {
    const { merged, give, closed } = slowAnswers('a', 'b')
    const order = [
      ['b', 'B', { choice: 1 }],
      ['a', 'A', {}],
      ['b', 'b', { choice: 1 }],
    ] as const
    for (const [name, text, choice] of order) {
      give(name, says(text))
      expect((await merged.next()).value).toEqual({ ...says(text), ...choice })
    }
    give('b', ends('length'))
    give('a', ends('stop'))
    expect((await merged.next()).value).toMatchObject({ reason: 'stop', otherReasons: ['length'] })
    expect((await merged.next()).done).toBe(true)
    expect(closed).toHaveLength(2)
  })

  it('ends once, with the reason of each in the order of the choices, and with what all used', async () => {
    const events = await merge(
      quick(says('A'), says('a'), says('!'), ends('length', used(10, 1))),
      quick(ends('tool_calls', null)),
      quick(says('C'), ends('stop', used(20, 4))),
    )
    expect(events.filter(({ type }) => type === 'answer-end')).toEqual([events.at(-1)])
    expect(events.at(-1)).toEqual({
      type: 'answer-end',
      reason: 'length',
      otherReasons: ['tool_calls', 'stop'],
      usage: { ...NO_USAGE, inputTokens: 30, outputTokens: 100, reasoningTokens: 5 },
    })
  })

  it('does not know what all used when nobody tells', async () => {
    const events = await merge(quick(ends('stop')), quick(ends('stop')))
    expect(events).toEqual([{ ...ends('stop'), otherReasons: ['stop'] }])
  })

  it('ends with the first failure, and closes the others, also those that wait', async () => {
    const { merged, give, closed } = slowAnswers('a', 'b', 'c')
    give('a', says('A'))
    give('c', ends('stop'))
    expect((await merged.next()).value).toEqual(says('A'))
    give('b', FAILURE)
    expect(await Array.fromAsync(merged)).toEqual([FAILURE])
    expect(closed.toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('closes all when nobody listens any more', async () => {
    const { merged, give, closed } = slowAnswers('a', 'b')
    give('a', says('A'))
    for await (const _ of merged) break
    expect(closed.toSorted()).toEqual(['a', 'b'])
  })
})
