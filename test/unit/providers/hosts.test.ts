import { describe, expect, it } from 'vitest'
import type { ChatRequest, Sampling } from '../../../src/core/chat.ts'
import { CLOUD_HOSTS, HOSTS } from '../../../src/providers/hosts.ts'
import { requestWith, TARGET } from './conversation.ts'

const adapterOf = (id: string) => HOSTS.find((host) => host.id === id)?.formats[0] ?? expect.unreachable()
const bodyOf = (id: string, request: ChatRequest, stream = false) =>
  adapterOf(id).encode(request, { ...TARGET, stream }).body

/** The hosts whose first format writes this field when it is asked for. */
const writing = (field: string, sampling: Sampling) =>
  HOSTS.filter(({ formats: [adapter] }) => adapter.format === 'openai-chat')
    .map(({ id }) => id)
    .filter((id) => Object.keys(bodyOf(id, requestWith({ sampling })) ?? {}).includes(field))

describe('HOSTS', () => {
  it('gives every host an id of its own', () => {
    const ids = [...HOSTS, ...CLOUD_HOSTS].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('names the bound of an answer as each host does', () => {
    const sampling = { maxOutputTokens: 9 }
    expect(writing('max_completion_tokens', sampling)).toEqual(['openai', 'groq', 'cerebras'])
    expect(writing('max_tokens', sampling)).toHaveLength(HOSTS.length - 5)
  })

  it('asks for several choices, or for the top k, where that is known to work', () => {
    expect(writing('n', { choices: 2 })).toEqual(['openai', 'mistral', 'together', 'cerebras'])
    expect(writing('top_k', { topK: 5 })).toEqual(['together', 'fireworks', 'openrouter', 'qwen'])
  })

  it.each([HOSTS, CLOUD_HOSTS])(
    'tells thinking models how much to think only in formats that can',
    (...hosts) => {
      const wish = requestWith({ reasoning: { effort: 'high' } })
      for (const { id, formats, takesReasoningEffort } of hosts) {
        const dropped = formats[0].unsupported(wish).includes('reasoning_effort')
        expect(`${id} ${dropped}`).toBe(`${id} ${!takesReasoningEffort}`)
      }
    },
  )

  it('sends Mistral only what it takes, under its own names, and tells the rest', () => {
    const sampling = { seed: 7, logprobs: true, topLogprobs: 2 }
    const request = requestWith({ sampling, user: 'u-1' })
    const body = bodyOf('mistral', request, true)
    expect(body).toMatchObject({ random_seed: 7, stream: true })
    for (const field of ['seed', 'logprobs', 'top_logprobs', 'user', 'stream_options']) {
      expect(body).not.toHaveProperty(field)
    }
    const dropped = [...adapterOf('mistral').unsupported(request)].toSorted()
    expect(dropped).toEqual(['logprobs', 'top_logprobs', 'user'])
  })

  it('sends Mistral no more when the caller speaks OpenAI Chat', () => {
    const body = { model: 'x', messages: [], seed: 7, store: false, logit_bias: {}, safe_prompt: true }
    const native = { format: 'openai-chat' as const, body, headers: {}, droppedElsewhere: [], onlyHere: [] }
    const sent = bodyOf('mistral', requestWith({ native }))
    expect(sent).toMatchObject({ random_seed: 7, safe_prompt: true })
    for (const field of ['seed', 'store', 'logit_bias']) expect(sent).not.toHaveProperty(field)
  })
})
