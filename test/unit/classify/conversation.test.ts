import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import type { Message, ToolDefinition } from '../../../src/core/chat.ts'
import type { TaskType } from '../../../src/core/demand.ts'
import { ask, assistant, system, talk, user } from './request.ts'

const WEATHER: readonly ToolDefinition[] = [
  { name: 'get_weather', description: 'Current weather of a city', parameters: { type: 'object' } },
]
/** What agents attach to every request. */
const AGENT: readonly ToolDefinition[] = [
  ...WEATHER,
  ...['search_web', 'send_email', 'read_file', 'write_file', 'run_command'].map((name) => ({ name })),
]
const STORY = [
  user('Write a short story about a fox in the city.'),
  assistant('Once upon a time a fox lived by the river...'),
]
const LOOP: readonly Message[] = [
  user('Is it raining in Taipei?'),
  {
    role: 'assistant',
    content: [{ type: 'tool-call', id: 'c1', name: 'get_weather', argumentsJson: '{"city":"Taipei"}' }],
  },
  { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: '{"rain": true, "temp": 21}' }] },
]

/** The type of a follow-up to a story. */
function after(text: string): TaskType {
  return classify(talk([...STORY, user(text)])).taskType
}

describe('classify: tools', () => {
  it('calls a loop that brings back a tool result tool use', () => {
    expect(classify(talk(LOOP, { tools: WEATHER })).taskType).toBe('tool_use')
  })

  it('calls a request that an offered tool fits tool use', () => {
    expect(classify(ask('What is the weather in Paris tomorrow?', { tools: WEATHER })).taskType).toBe(
      'tool_use',
    )
  })

  it('keeps the own type of a question that no offered tool fits', () => {
    const demand = classify(ask('Write a Python function that merges two sorted lists.', { tools: WEATHER }))
    expect(demand.taskType).toBe('code')
    expect(demand.needs).toContain('tools')
    expect(classify(ask('Translate "good night" into Spanish.', { tools: WEATHER })).taskType).toBe(
      'translation',
    )
  })

  it.each([
    ['knowledge', "what's the capital of France"],
    ['knowledge', 'Explain how DNS works.'],
    ['knowledge', '什麼是光合作用？'],
    ['chat', 'hello'],
    ['math', '解方程：2x + 7 = 19'],
    ['writing', 'Write an email to my boss about remote work.'],
    ['writing', 'Write a poem about the weather.'],
    ['code', 'Write a Python function that reads a file.'],
    ['summarization', 'Summarize this: the tram line was extended by four stations on Tuesday.'],
  ] as const)('leaves %s as it is when tools are merely attached: %s', (taskType, text) => {
    expect(classify(ask(text, { tools: AGENT })).taskType).toBe(taskType)
  })

  it.each(['Will the weather be fine in Rome?', 'Read the file src/main.ts and tell me what it does'])(
    'finds the tool for %s among many',
    (text) => {
      expect(classify(ask(text, { tools: AGENT })).taskType).toBe('tool_use')
    },
  )

  it('knows no tool use without tools', () => {
    expect(classify(ask('What is the weather in Paris tomorrow?')).taskType).not.toBe('tool_use')
    expect(classify(ask('幫我查一下明天的天氣')).taskType).not.toBe('tool_use')
  })

  it('believes a demanded tool and a forbidden one', () => {
    expect(classify(ask('Taipei', { tools: WEATHER, toolChoice: 'required' })).taskType).toBe('tool_use')
    expect(classify(ask('Explain how weather works.', { tools: WEATHER, toolChoice: 'none' })).taskType).toBe(
      'knowledge',
    )
  })

  it('lets a clear new request after a tool result stand for itself', () => {
    const messages = [...LOOP, assistant('Yes, it rains.'), user('Great. Write a poem about rain in Taipei.')]
    expect(classify(talk(messages, { tools: WEATHER })).taskType).toBe('writing')
  })
})

describe('classify: follow-ups', () => {
  it.each(['shorter please', '短一點', '短一点', 'make it more formal', 'kürzer bitte'])(
    '%s is a rewrite',
    (text) => {
      expect(after(text)).toBe('rewrite')
    },
  )

  it.each(['now in French', '翻成日文', 'in Spanish please'])('%s is a translation', (text) => {
    expect(after(text)).toBe('translation')
  })

  it.each(['continue', '继续', '繼續', 'go on', 'another one', '再來一個'])(
    '%s keeps the type of the conversation',
    (text) => {
      expect(after(text)).toBe('writing')
    },
  )

  it('keeps code going', () => {
    const messages = [
      user('Write a Python script that renames files by date.'),
      assistant('```python\nimport os\n```'),
      user('go on'),
    ]
    expect(classify(talk(messages)).taskType).toBe('code')
  })

  it('takes a clear last message over everything before it', () => {
    expect(after('Solve the equation 3x + 4 = 19 for x.')).toBe('math')
    expect(after("what's the capital of France")).toBe('knowledge')
  })
})

describe('classify: system prompt', () => {
  it('decides when the user message is only material', () => {
    const translator = system('You are a translator. Translate everything the user writes into English.')
    expect(classify(talk([translator, user('明天早上九點在公司門口見面，記得帶雨傘。')])).taskType).toBe(
      'translation',
    )
    const labeller = system('Classify the sentiment of each message as positive, negative or neutral.')
    expect(classify(talk([labeller, user('The battery died after one day.')])).taskType).toBe(
      'classification',
    )
  })

  it('does not turn every chat into a role play', () => {
    const plain = system('You are a helpful assistant.')
    expect(classify(talk([plain, user("what's the capital of France")])).taskType).toBe('knowledge')
    expect(classify(talk([plain, user('Write a SQL query that counts orders per day')])).taskType).toBe(
      'code',
    )
    expect(classify(talk([plain, user('hello')])).taskType).toBe('chat')
  })
})
