import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatEvent, HostEvent } from '../../../src/core/chat.ts'
import type { Adapter } from '../../../src/providers/adapter.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { openaiResponses } from '../../../src/providers/openai-responses/index.ts'
import { relayedAnswer } from '../../../src/providers/relay.ts'
import { createEventReader, LAST_EVENT_END } from '../../../src/providers/server-sent-events.ts'

const FORMATS: readonly Adapter[] = [
  openaiChat({
    maxTokensField: 'max_completion_tokens',
    developerRole: true,
    reasoningEffort: true,
    choices: true,
    topK: false,
  }),
  anthropicMessages,
  openaiResponses(),
]

/** The recorded streams of a format, framed as its host sends them. */
function streamsOf({ format }: Adapter): [name: string, text: string][] {
  const folder = join(import.meta.dirname, '../../fixtures', format)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.chunks.txt'))
    .map((file) => {
      const lines = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
      return [file, lines.map((line) => `data: ${line}\n\n`).join('')]
    })
}

async function* streamed(pieces: readonly string[]) {
  yield* pieces
}

async function relay(adapter: Adapter, pieces: readonly string[]): Promise<ChatEvent[]> {
  return Array.fromAsync(relayedAnswer(adapter, streamed(pieces)))
}

const eventsIn = (text: string): HostEvent[] => {
  const read = createEventReader()
  return [...read(text), ...read(LAST_EVENT_END)]
}

/** Every event of the host that was passed on, the last ones included. */
function passedOn(events: readonly ChatEvent[]): HostEvent[] {
  return events.flatMap((event) => {
    if (event.type === 'relay') return eventsIn(event.text)
    return event.type === 'answer-end' && event.native && 'events' in event.native ? event.native.events : []
  })
}

/** A text cut into pieces of these sizes, over and over. */
function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const size = sizes[pieces.length % sizes.length] ?? 1
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })

describe.each(FORMATS.map((adapter) => [adapter.format, adapter] as const))(
  'a relayed stream of %s',
  (_, adapter) => {
    it.each(streamsOf(adapter))(
      'passes on every event of %s once and in order, however it is cut',
      async (_name, text) => {
        const whole = eventsIn(text)
        const asDecoded = async (pieces: readonly string[]) => {
          const events = await relay(adapter, pieces)
          const last = events.at(-1)
          if (last?.type === 'answer-error') return
          expect(last?.type).toBe('answer-end')
          expect(passedOn(events)).toEqual(whole.slice(0, passedOn(events).length))
          // After the terminator a host may say what it likes.
          expect(passedOn(events).length).toBeGreaterThan(whole.length - 2)
        }
        await asDecoded([text])
        await fc.assert(
          fc.asyncProperty(sizes, (ofPieces) => asDecoded(cut(text, ofPieces))),
          { numRuns: 30 },
        )
      },
    )

    it('says in our words what it passed on, when asked', async () => {
      const [, text = ''] = streamsOf(adapter).find(([name]) => name === 'text.chunks.txt') ?? []
      const decode = adapter.createDecoder()
      const inOurWords = eventsIn(text).flatMap(({ data }) => decode(data))
      const events = await relay(adapter, cut(text, [90]))
      const read = events.flatMap((event) => (event.type === 'relay' ? event.read() : []))
      expect(read.length).toBeGreaterThan(0)
      expect(read).toEqual(inOurWords.slice(0, -1))
      expect(events.at(-1)).toMatchObject(inOurWords.at(-1) ?? {})
    })

    it('does not end well when its host did not', async () => {
      const [, text = ''] = streamsOf(adapter).find(([name]) => name === 'text.chunks.txt') ?? []
      const ends = eventsIn(text)
      for (let kept = 0; kept < ends.length - 1; kept++) {
        const half = ends.slice(0, kept).map(({ data }) => `data: ${data}\n\n`)
        const events = await relay(adapter, half)
        expect(
          events.filter(({ type }) => type === 'answer-end'),
          `${kept} events`,
        ).toEqual([])
      }
    })

    it.each(['data: {"garbage": not json\n\n', 'data: <html>\n\n', 'data: 17\n\n'])(
      'passes on what came before nonsense, and not the nonsense: %j',
      async (garbage) => {
        const [, text = ''] = streamsOf(adapter).find(([name]) => name === 'text.chunks.txt') ?? []
        const events = eventsIn(text).map(({ data }) => `data: ${data}\n\n`)
        const middle = events.length - 3
        for (const pieces of [
          [...events.slice(0, middle), garbage, ...events.slice(middle)],
          [[...events.slice(0, middle), garbage, ...events.slice(middle)].join('')],
        ]) {
          const told: ChatEvent[] = []
          const read = async () => {
            for await (const event of relayedAnswer(adapter, streamed(pieces))) told.push(event)
          }
          await expect(read()).rejects.toThrow()
          expect(told.map(({ type }) => type)).toContain('relay')
          const passed = told.map((event) => (event.type === 'relay' ? event.text : '')).join('')
          expect(passed).not.toContain(garbage)
        }
      },
    )
  },
)
