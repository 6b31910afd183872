import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CALL_STATUSES,
  callCount,
  type CallReceipt,
  callsLike,
  cut,
  keptTranscript,
  messagesOf,
  type Transcript,
} from '../../../../src/runs/tools/transcript.ts'

const receipt = fc.record<CallReceipt>({
  id: fc.uuid(),
  name: fc.constantFrom('find', 'book'),
  arguments: fc.string({ maxLength: 300 }),
  digest: fc.constantFrom('d1', 'd2', 'd3'),
  status: fc.constantFrom(...CALL_STATUSES),
  result: fc.option(fc.string({ unit: 'grapheme', maxLength: 2_000 })),
})
const turn = fc.record({
  text: fc.string({ maxLength: 100 }),
  calls: fc.array(receipt, { minLength: 1, maxLength: 5 }),
})
const transcript = fc.record<Transcript>({
  earlier: fc.constant([]),
  turns: fc.array(turn, { maxLength: 12 }),
  fault: fc.constant(null),
})
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length

describe('keptTranscript', () => {
  it('is short enough, and forgets no call that was made', () => {
    fc.assert(
      fc.property(transcript, (whole) => {
        const kept = keptTranscript(whole, 8_000)
        expect(bytesOf(kept)).toBeLessThanOrEqual(8_000)
        expect(callCount(kept)).toBe(callCount(whole))
        for (const digest of ['d1', 'd2', 'd3']) {
          expect(callsLike(kept, digest).map(({ status }) => status)).toEqual(
            callsLike(whole, digest).map(({ status }) => status),
          )
        }
      }),
    )
  })

  it('leaves what is short as it is', () => {
    fc.assert(
      fc.property(transcript, (whole) => {
        expect(keptTranscript(whole, bytesOf(whole))).toBe(whole)
      }),
    )
  })
})

describe('messagesOf', () => {
  it('answers every call once, right after the turn that made it', () => {
    fc.assert(
      fc.property(transcript, ({ earlier, turns }) => {
        const messages = messagesOf({ earlier, turns, fault: null })
        const ids = messages.flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : []))
        expect(ids).toEqual(turns.flatMap(({ calls }) => calls.map(({ id }) => id)))
        expect(messages.filter(({ role }) => role === 'assistant')).toHaveLength(turns.length)
      }),
    )
  })
})

describe('cut', () => {
  it('says what it leaves out', () => {
    expect(cut('你好'.repeat(10), 4)).toBe('你好你好… [16 of 20 characters left out]')
    expect(cut('short', 5)).toBe('short')
  })
})
