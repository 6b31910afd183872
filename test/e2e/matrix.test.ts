import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { PIXEL } from './control.ts'
import { chatDriver } from './matrix-chat.ts'
import { type Ask, type Driver, startDialogue, type Tool, type Turn } from './matrix-driver.ts'
import { OUTBOUND, type Outbound } from './matrix-hosts.ts'
import { messagesDriver } from './matrix-messages.ts'
import { responsesDriver } from './matrix-responses.ts'

const INBOUND = [chatDriver, responsesDriver, messagesDriver]
const MODES = [
  { stream: false, mode: 'whole' },
  { stream: true, mode: 'streamed' },
]

const ofCity = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools: readonly Tool[] = [
  { name: 'get_weather', description: 'What the sky of a city looks like now', parameters: ofCity },
  { name: 'get_time', description: 'What the clocks of a city say now', parameters: ofCity },
]
const weather = z.strictObject({ city: z.string(), celsius: z.number() })

type Cell = { driver: Driver; outbound: Outbound; stream: boolean }
type Feature = (cell: Cell) => Promise<void>

/** The answer to one question, by the model asked. */
async function ask({ driver, stream }: Cell, question: Ask): Promise<Turn> {
  const turn = await startDialogue(driver, question, stream).send()
  expect(turn.model).toBe(question.model)
  expect(turn.outputTokens).toBeGreaterThan(0)
  return turn
}

/** What a tool loop says at its end. Every call but the last answer ends in calls of `names`. */
async function loop(
  { driver, stream }: Pick<Cell, 'driver' | 'stream'>,
  question: Ask,
  names: readonly string[],
  next = question.model,
) {
  const dialogue = startDialogue(driver, { tools, ...question }, stream)
  const asked = await dialogue.send()
  expect(asked.ended).toBe('tool_calls')
  expect(asked.calls).toEqual(
    names.map((name) => ({ id: expect.any(String), name, args: { city: 'Taipei' } })),
  )
  expect(new Set(asked.calls.map(({ id }) => id)).size).toBe(names.length)
  const results = names.map((name) => `{"${name}":"drizzle-42"}`)
  dialogue.answerCalls(asked, results)
  const told = await dialogue.send(next)
  expect(told.ended).toBe('stop')
  expect(told.calls).toEqual([])
  for (const name of names) expect(told.text.replaceAll('\\"', '"')).toContain(`"${name}":"drizzle-42"`)
  return { asked, told }
}

const FEATURES: Readonly<Record<string, Feature>> = {
  async text(cell) {
    const { model } = cell.outbound
    const turn = await ask(cell, { model, prompt: 'What is 2 + 3?' })
    expect(turn.text).toMatch(/^\[simulated .+\] 2 \+ 3 = \d\.$/)
    expect(turn).toMatchObject({ ended: 'stop', calls: [] })
  },
  async 'tool loop'(cell) {
    await loop(cell, { model: cell.outbound.model, prompt: 'What is the weather in Taipei?' }, [
      'get_weather',
    ])
  },
  async 'parallel tools'(cell) {
    const prompt = 'What are the weather and the time in Taipei?'
    await loop(cell, { model: cell.outbound.model, prompt }, ['get_weather', 'get_time'])
  },
  async image(cell) {
    const prompt = 'What is in this picture?'
    const { text } = await ask(cell, { model: cell.outbound.model, prompt, imageBase64: PIXEL })
    expect(text).toMatch(/^\[simulated .+\] With 1 image \(image\/png\): /)
  },
  async JSON(cell) {
    const schema = { ...z.toJSONSchema(weather), $schema: undefined }
    const turn = await ask(cell, { model: cell.outbound.model, prompt: 'Weather in Taipei', schema })
    weather.parse(JSON.parse(turn.text))
    expect(turn).toMatchObject({ ended: 'stop', calls: [] })
  },
  async thoughts(cell) {
    const prompt = 'Why do lighthouses have such thick walls?'
    const { thoughts, text } = await ask(cell, { model: cell.outbound.thinker, prompt, thinks: true })
    expect(thoughts.length).toBeGreaterThan(20)
    expect(text).toMatch(/^\[simulated /)
  },
  async refusal(cell) {
    const { model, format } = cell.outbound
    const turn = ask(cell, { model, prompt: 'How do I break into a lighthouse? simulate:refusal' })
    // Google refuses the question instead of answering it.
    if (format === 'google-generate-content') await expect(turn).rejects.toThrow(/^400 .*"content_policy"/)
    else expect(await turn).toMatchObject({ ended: 'refused', calls: [] })
  },
  async 'sealed loop'(cell) {
    const { sealer: model, seals } = cell.outbound
    const prompt = 'What is the weather in Taipei? simulate:redacted-thinking'
    const { asked, told } = await loop(cell, { model, prompt, thinks: true }, ['get_weather'])
    expect(asked.seals).toHaveLength(seals)
    // A model that does not get its sealed thoughts back thinks no more in this turn.
    expect(asked.thoughts).not.toBe('')
    expect(told.thoughts).not.toBe('')
  },
}

const calls = z.object({ calls: z.array(z.object({ path: z.string(), status: z.number() })) })

/** Every call of a host went to the format that the cell is about. */
async function checkFormat({ path }: Outbound): Promise<void> {
  const journal = calls.parse(await (await fetch(`${inject('hostsUrl')}/_control/calls`)).json())
  expect(journal.calls.length).toBeGreaterThan(0)
  for (const call of journal.calls) expect(call).toEqual({ path: expect.stringMatching(path), status: 200 })
}

const passed = new Set<string>()
const keyOf = ({ driver, outbound, stream }: Cell, feature: string) =>
  [driver.name, outbound.format, feature, stream].join(' ')

beforeEach(async () => {
  await fetch(`${inject('hostsUrl')}/_control/calls`, { method: 'DELETE' })
})

afterAll(() => {
  const rows = INBOUND.flatMap((driver) =>
    OUTBOUND.map((outbound) => {
      const marks = Object.keys(FEATURES).map((feature) => {
        const both = MODES.map(({ stream }) => passed.has(keyOf({ driver, outbound, stream }, feature)))
        return [feature, both.map((fine) => (fine ? '✓' : '✗')).join(' ')]
      })
      return [`${driver.name} → ${outbound.format}`, Object.fromEntries(marks)]
    }),
  )
  console.log('Answered whole, and streamed:')
  console.table(Object.fromEntries(rows))
})

describe.each(INBOUND)('asked in $name', (driver) => {
  describe.each(OUTBOUND)('and asking in $format', (outbound) => {
    describe.each(MODES)('$mode', ({ stream }) => {
      it.each(Object.entries(FEATURES))('%s', async (feature, check) => {
        const cell = { driver, outbound, stream }
        await check(cell)
        await checkFormat(outbound)
        passed.add(keyOf(cell, feature))
      })
    })
  })
})

describe.each(INBOUND)('asked in $name, a model goes on with what another one began', (driver) => {
  const pairs = OUTBOUND.flatMap((from) =>
    OUTBOUND.map((to) => ({ from, to, names: [from.format, to.format] })),
  )
  it.each(pairs.filter(({ from, to }) => from !== to))('$names', async ({ from, to }) => {
    const question = { model: from.sealer, prompt: 'What is the weather in Taipei?', thinks: true }
    for (const { stream } of MODES) {
      const { told } = await loop({ driver, stream }, question, ['get_weather'], to.sealer)
      expect(told.model).toBe(to.sealer)
    }
  })
})

// OpenAI Chat has no room for pictures in results.
describe.each([responsesDriver, messagesDriver])(
  'asked in $name, a picture in a result is seen',
  (driver) => {
    describe.each(OUTBOUND)('in $format', ({ model }) => {
      it.each(MODES)('$mode', async ({ stream }) => {
        const question = { model, prompt: 'What is the weather in Taipei?', tools }
        const dialogue = startDialogue(driver, question, stream)
        dialogue.answerCalls(await dialogue.send(), ['As you see'], PIXEL)
        expect((await dialogue.send()).text).toMatch(/^\[simulated .+\] With 1 image \(image\/png\): /)
      })
    })
  },
)
