import { describe, expect, it } from 'vitest'
import type { ChatEvent, ChatRequest, ToolChoice } from '../../../src/core/chat.ts'
import { createJsonToolReader, withJsonTool } from '../../../src/providers/structured-output.ts'
import { requestWith, SCHEMA, WEATHER } from './conversation.ts'

const PERSON = { type: 'json_schema', name: 'person', schema: SCHEMA } as const
const asked = (fields: Partial<ChatRequest>) => withJsonTool(requestWith({ output: PERSON, ...fields }))
/** The name of the tool that stands in. */
const STAND_IN = asked({}).tools[0]?.name ?? ''

function read(...events: ChatEvent[]): ChatEvent[] {
  const shown = createJsonToolReader()
  return events.flatMap((event) => shown(event) ?? [])
}

const starts = (name: string, index = 0, choice?: number): ChatEvent => ({
  type: 'tool-call-start',
  index,
  id: `call_${index}`,
  name,
  ...(choice !== undefined && { choice }),
})
const piece = (argumentsJson: string, index = 0, choice?: number): ChatEvent => ({
  type: 'tool-call-delta',
  index,
  argumentsJson,
  ...(choice !== undefined && { choice }),
})
const says = (text: string, choice?: number): ChatEvent => ({
  type: 'text-delta',
  text,
  ...(choice !== undefined && { choice }),
})
const CALLED: ChatEvent = { type: 'answer-end', reason: 'tool_calls', usage: null }
const STOPPED: ChatEvent = { ...CALLED, reason: 'stop' }

describe('a request for JSON through a tool', () => {
  it('asks for one call, whose arguments have the shape of the answer', () => {
    expect(asked({})).toMatchObject({
      output: { type: 'text' },
      tools: [{ name: STAND_IN, parameters: SCHEMA }],
      toolChoice: { name: STAND_IN },
    })
    expect(asked({ output: { type: 'json_object' } }).tools).toMatchObject([
      { parameters: { type: 'object' } },
    ])
  })

  it('is not sent in the words of the caller, who asked for something else', () => {
    const native = {
      format: 'openai-chat',
      body: { response_format: { type: 'json_object' } },
      headers: {},
      droppedElsewhere: [],
      onlyHere: [],
    } as const
    expect(asked({ native }).native).toBeNull()
  })

  it.each<[ToolChoice | undefined, ToolChoice]>([
    [undefined, 'required'],
    ['auto', 'required'],
    ['required', 'required'],
    ['none', { name: STAND_IN }],
    [{ name: 'get_weather' }, { name: 'get_weather' }],
  ])('leaves other tools on offer, for the choice %j', (toolChoice, sent) => {
    const request = asked({ tools: [WEATHER], ...(toolChoice && { toolChoice }) })
    expect(request.tools.map(({ name }) => name)).toEqual(['get_weather', STAND_IN])
    expect(request.toolChoice).toEqual(sent)
  })
})

describe('the answer to it', () => {
  it('shows the arguments as text, and no call', () => {
    expect(read(starts(STAND_IN), piece('{"name":'), piece('"Ada"}'), CALLED)).toEqual([
      says('{"name":'),
      says('"Ada"}'),
      STOPPED,
    ])
  })

  it('shows calls of other tools as they are', () => {
    const events = [starts('get_weather'), piece('{}'), CALLED]
    expect(read(...events)).toEqual(events)
  })

  it('tells the two apart where a model does both', () => {
    expect(
      read(starts('get_weather'), starts(STAND_IN, 1), piece('{"a":1}', 1), piece('{}', 0), CALLED),
    ).toEqual([starts('get_weather'), says('{"a":1}'), piece('{}'), CALLED])
  })

  it('tells the choices apart, also by why they ended', () => {
    const end: ChatEvent = { ...CALLED, otherReasons: ['tool_calls', 'length'] }
    const events = [
      starts(STAND_IN),
      starts('get_weather', 0, 1),
      piece('{"a":1}'),
      piece('{}', 0, 1),
      starts(STAND_IN, 0, 2),
      piece('{"a', 0, 2),
      end,
    ]
    expect(read(...events)).toEqual([
      starts('get_weather', 0, 1),
      says('{"a":1}'),
      piece('{}', 0, 1),
      says('{"a', 2),
      { ...STOPPED, otherReasons: ['tool_calls', 'length'] },
    ])
  })

  it('leaves out what a model says beside it, which would break the JSON', () => {
    const events = [says('Here it is: '), starts(STAND_IN), piece('{"a":1}'), says(' Done.'), CALLED]
    expect(read(...events)).toEqual([says('{"a":1}'), STOPPED])
  })

  it('shows what a model says instead of calling it', () => {
    expect(read(says('I '), says('will not'), CALLED)).toEqual([says('I '), says('will not'), STOPPED])
  })

  it('passes on everything else', () => {
    const events: ChatEvent[] = [
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'refusal-delta', text: 'No' },
      { ...CALLED, reason: 'length' },
    ]
    expect(read(...events)).toEqual(events)
    const failure: ChatEvent = { type: 'answer-error', code: 'timeout', message: 'Late' }
    expect(read(starts(STAND_IN), failure)).toEqual([failure])
  })
})
