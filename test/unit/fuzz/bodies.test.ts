import { describe, expect, it } from 'vitest'
import { decodeMessagesRequest } from '../../../src/protocols/anthropic-messages/decode-request.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'
import { PROTOCOLS, requestOf } from '../../fuzz/bodies.ts'
import { mutate, render } from '../../fuzz/mutate.ts'
import { createRandom } from '../../fuzz/random.ts'
import { chatSeed } from '../../fuzz/seeds/chat.ts'
import { messagesSeed } from '../../fuzz/seeds/messages.ts'
import { responsesSeed } from '../../fuzz/seeds/responses.ts'

const numbers = Array.from({ length: 400 }, (_, number) => number)

function bodies(seed: number) {
  return numbers.slice(0, 60).map((number) => requestOf(seed, number, []))
}

describe('requestOf', () => {
  it('repeats itself for the same seed, and for no other', () => {
    expect(bodies(7)).toEqual(bodies(7))
    expect(bodies(7)).not.toEqual(bodies(8))
  })

  it('asks in every protocol, mostly in JSON', () => {
    const requests = numbers.map((number) => requestOf(1, number, ['resp_1']))
    expect(new Set(requests.map(({ protocol }) => protocol))).toEqual(new Set(Object.keys(PROTOCOLS)))
    const readable = requests.filter(({ body }) => {
      try {
        return JSON.parse(body) !== null
      } catch {
        return false
      }
    })
    expect(readable.length).toBeGreaterThan(numbers.length * 0.9)
    expect(readable.length).toBeLessThan(numbers.length)
  })
})

describe('the seeds', () => {
  it('are right before they are changed, most of the time', () => {
    const decoders = {
      chat: (number: number) => decodeChatRequest(chatSeed(createRandom(3, number))),
      messages: (number: number) =>
        decodeMessagesRequest(messagesSeed(createRandom(3, number)), new Headers()),
      responses: (number: number) =>
        decodeResponsesRequest(responsesSeed(createRandom(3, number), []), [], (prefix) => `${prefix}_1`),
    }
    for (const [protocol, decode] of Object.entries(decoders)) {
      const right = numbers.filter((number) => {
        try {
          return decode(number).chat.messages.length > 0
        } catch {
          return false
        }
      })
      expect(right.length / numbers.length, protocol).toBeGreaterThan(0.75)
    }
  })
})

describe('mutate', () => {
  it('changes a copy, and writes what JSON.stringify cannot', () => {
    const body = chatSeed(createRandom(5, 1))
    const before = JSON.stringify(body)
    const texts = numbers.map((number) => render(mutate(createRandom(5, number), body, 3)))
    expect(JSON.stringify(body)).toBe(before)
    expect(texts.filter((text) => text !== before).length).toBeGreaterThan(numbers.length / 2)
    for (const odd of ['1e400', '"type":"text","type":"image"', '"__proto__"', '[[[[[[[[[[', '"\\ud83d"']) {
      expect(
        texts.some((text) => text.includes(odd)),
        odd,
      ).toBe(true)
    }
  })
})
