import { inject } from 'vitest'
import { DEV_KEY } from '../../src/dev/seed.ts'

/** What is asked, in nobody's protocol. */
export type Ask = {
  model: string
  prompt: string
  /** A picture beside the prompt. */
  imageBase64?: string
  tools?: readonly Tool[]
  /** The answer's JSON Schema. */
  schema?: object
  /** True: the model is to think, and to show it. */
  thinks?: boolean
}

export type Tool = { name: string; description: string; parameters: object }
type Call = { id: string; name: string; args: unknown }

/** An answer, in nobody's protocol. `said` is what a client of the protocol sends back of it. */
export type Turn = {
  model: string
  text: string
  calls: readonly Call[]
  thoughts: string
  /** Sealed thoughts, each with what proves it. */
  seals: readonly string[]
  ended: 'stop' | 'tool_calls' | 'refused' | 'other'
  outputTokens: number
  said: readonly object[]
}

export type ServerEvent = { event: string | null; data: string }

/** A protocol as its clients speak it. */
export type Driver = {
  name: string
  path: string
  opening(ask: Ask): readonly object[]
  body(ask: Ask, conversation: readonly object[]): object
  /** The body that a stream adds up to, from its pieces. */
  assemble(events: readonly ServerEvent[]): unknown
  read(body: unknown): Turn
  /** Results of calls as the conversation goes on with them; a picture beside each where the protocol has room for it. */
  results(calls: readonly Call[], texts: readonly string[], imageBase64?: string): readonly object[]
}

/** A conversation that can be carried on. */
export type Dialogue = {
  /** Asks, from here on another model where one is named. */
  send(model?: string): Promise<Turn>
  answerCalls(turn: Turn, texts: readonly string[], imageBase64?: string): void
}

export function startDialogue(driver: Driver, ask: Ask, stream: boolean): Dialogue {
  const conversation = [...driver.opening(ask)]
  return {
    async send(model = ask.model) {
      // The cell is about this host, however others do.
      const [maker] = model.split('/')
      const provider = { only: [maker] }
      const body = JSON.stringify({ ...driver.body({ ...ask, model }, conversation), stream, provider })
      const headers = { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' }
      const url = `${inject('switchyardUrl')}${driver.path}`
      const response = await fetch(url, { method: 'POST', headers, body })
      const text = await response.text()
      if (!response.ok) throw new Error(`${response.status} ${text}`)
      const turn = driver.read(stream ? driver.assemble(readEvents(text)) : JSON.parse(text))
      conversation.push(...turn.said)
      return turn
    },
    answerCalls: ({ calls }, texts, imageBase64) => {
      conversation.push(...driver.results(calls, texts, imageBase64))
    },
  }
}

/** Every event of a stream; comments are left out. */
function readEvents(text: string): ServerEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null
    const data = field('data')
    return data === null ? [] : [{ event: field('event'), data }]
  })
}
