import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { seal } from '../../../src/dev/hosts/seal.ts'
import { geminiRequest } from '../../../src/dev/hosts/wires/gemini/request.ts'
import { checkGemini } from '../../../src/dev/hosts/wires/gemini/rules.ts'
import { googleGenerateContent } from '../../../src/providers/google-generate-content/index.ts'
import { withJsonTool } from '../../../src/providers/structured-output.ts'
import { anyRequest } from './any-request.ts'
import { TARGET } from './conversation.ts'

const SEALS = [{ format: 'google', kind: 'signature', data: seal('thought', 'get_weather') }] as const

it.each([
  'gemini-2.0-flash',
  'gemini-2.5-pro',
  'gemini-2.5-flash',
  'gemini-3.5-flash',
  'gemini-3.1-pro-preview',
])('asks %s nothing that Google refuses', (hostModelId) => {
  const target = { ...TARGET, hostModelId }
  const ask = fc.property(anyRequest(SEALS), (wish) => {
    const request = googleGenerateContent.takesOutput(wish, target) ? wish : withJsonTool(wish)
    const body: unknown = JSON.parse(JSON.stringify(googleGenerateContent.encode(request, target).body))
    expect(() => checkGemini(geminiRequest.parse(body), hostModelId)).not.toThrow()
  })
  fc.assert(ask, { numRuns: 300 })
})
