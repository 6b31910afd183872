import { describe, expect, it } from 'vitest'
import { critiqueRequest } from '../../../src/collaborate/critique.ts'
import { chat } from '../route/builders.ts'
import { answering, calling, saying } from './answers.ts'

const asked = chat({
  tools: [{ name: 'look' }],
  sampling: { temperature: 0, choices: 2 },
  native: {
    format: 'openai-chat',
    body: { logit_bias: {} },
    headers: {},
    droppedElsewhere: [],
    onlyHere: [],
  },
})

describe('critiqueRequest', () => {
  it('shows the model its answer and what is wrong with it, and keeps what was asked for', () => {
    const again = critiqueRequest(asked, saying('2 + 2 = 5'), ['The sum is 4.', '少了单位'])
    expect(again.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(again.messages[1]?.content).toEqual([{ type: 'text', text: '2 + 2 = 5' }])
    expect(JSON.stringify(again.messages[2])).toContain('- The sum is 4.\\n- 少了单位')
    expect(again).toMatchObject({ tools: asked.tools, output: asked.output, native: null })
    expect(again.sampling).toEqual({ temperature: 0 })
  })

  it('leaves no tool call without a result, and no thought of the model', () => {
    const answer = answering([{ type: 'reasoning', text: 'hm' }, calling('look', '{"at":"$&"}')])
    const again = critiqueRequest(asked, answer, ['$1 is missing'])
    expect(again.messages[1]?.content).toEqual([{ type: 'text', text: '[calls the tool look: {"at":"$&"}]' }])
    expect(JSON.stringify(again.messages[2])).toContain('$1 is missing')
  })

  it('says it with the question where nothing was answered', () => {
    const again = critiqueRequest(asked, saying(' \n'), ['The reply is empty.'])
    expect(again.messages).toHaveLength(1)
    expect(again.messages[0]?.content).toHaveLength(2)
  })
})
