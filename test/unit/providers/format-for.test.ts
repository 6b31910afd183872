import { describe, expect, it } from 'vitest'
import type { ChatRequest, NativeRequest, WireFormat } from '../../../src/core/chat.ts'
import type { Adapter } from '../../../src/providers/adapter.ts'
import { formatFor } from '../../../src/providers/format-for.ts'
import { localHost } from '../../../src/providers/hosts.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { COMPATIBLE, requestWith } from './conversation.ts'

/** An adapter of this format that drops these parameters. */
function adapter(format: WireFormat, dropped: string[] = [], refused: string[] = []): Adapter {
  return {
    ...openaiChat(COMPATIBLE),
    format,
    unsupported: () => dropped,
    refuses: (_, model) => refused.includes(model),
  }
}

function chosen(
  formats: [Adapter, ...Adapter[]],
  request: Partial<ChatRequest> = {},
  model?: string,
): WireFormat {
  return formatFor({ ...localHost('acme', 'https://acme.test/v1'), formats }, requestWith(request), model)
    .format
}

const spoken = (format: WireFormat): { native: NativeRequest } => ({
  native: { format, body: {}, headers: {}, droppedElsewhere: [], onlyHere: [] },
})

describe('formatFor', () => {
  const chat = adapter('openai-chat', ['top_k', 'seed'])
  const messages = adapter('anthropic-messages', ['seed'])
  const responses = adapter('openai-responses', ['top_k'])

  it("takes the caller's own format, whatever the others would keep", () => {
    expect(chosen([messages, chat, responses], spoken('openai-chat'))).toBe('openai-chat')
  })

  it('takes the one that drops least, and the first of equals', () => {
    expect(chosen([chat, messages, responses])).toBe('anthropic-messages')
    expect(chosen([chat, responses, messages], spoken('google-generate-content'))).toBe('openai-responses')
  })

  it('avoids a format that the host refuses for the model, also the own, unless it is the only one', () => {
    const picky = adapter('openai-chat', [], ['thinker'])
    expect(chosen([picky, responses], spoken('openai-chat'), 'thinker')).toBe('openai-responses')
    expect(chosen([picky, responses], spoken('openai-chat'), 'other')).toBe('openai-chat')
    expect(chosen([picky, responses], spoken('openai-chat'))).toBe('openai-chat')
    expect(chosen([picky], {}, 'thinker')).toBe('openai-chat')
  })
})
