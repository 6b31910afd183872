import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { seal, signatureOf } from '../../../src/dev/hosts/seal.ts'
import { messagesRequest } from '../../../src/dev/hosts/wires/messages/request.ts'
import { checkMessages } from '../../../src/dev/hosts/wires/messages/rules.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { withJsonTool } from '../../../src/providers/structured-output.ts'
import { anyRequest } from './any-request.ts'
import { TARGET } from './conversation.ts'

const SEALS = [
  { format: 'anthropic', kind: 'signature', data: signatureOf('thinking', 'Hm') },
  { format: 'anthropic', kind: 'encrypted', data: seal('redacted-thinking', 'Hm') },
] as const

it.each([
  'model-1',
  'claude-haiku-4-5',
  'claude-opus-4-6',
  'claude-opus-4-8',
  'claude-haiku-5-5',
  'claude-opus-5-5',
])('asks %s nothing that Anthropic refuses', (hostModelId) => {
  const target = { ...TARGET, hostModelId }
  const ask = fc.property(anyRequest(SEALS), (wish) => {
    const request = anthropicMessages.takesOutput(wish, target) ? wish : withJsonTool(wish)
    const body: unknown = JSON.parse(JSON.stringify(anthropicMessages.encode(request, target).body))
    expect(() => checkMessages(messagesRequest.parse(body), body)).not.toThrow()
  })
  fc.assert(ask, { numRuns: 300 })
})
