import * as z from 'zod'
import { AGENT_ID, AGENT_LIMITS } from '../../agents/card.ts'
import { SESSION_LIMITS } from '../../agents/session.ts'
import { LIMITS } from '../../protocols/limits.ts'

const L = SESSION_LIMITS
const bytesIn = (text: string) => new TextEncoder().encode(text).byteLength
const textOf = (maxBytes: number) =>
  z.string().refine((text) => bytesIn(text) <= maxBytes, `larger than ${maxBytes} bytes`)

const agent = z.string().regex(AGENT_ID).max(AGENT_LIMITS.idChars)
const model = z.string().min(1).max(LIMITS.modelNameChars)
const memoryKey = z.string().min(1).max(L.memoryKeyChars)
const memoryValue = textOf(L.memoryValueBytes)

/** A session to be begun. */
export const sessionBody = z
  .strictObject({
    agent: agent.nullish(),
    team: z.boolean().nullish(),
    model: model.nullish(),
    instructions: z.string().max(L.instructionsChars).nullish(),
    metadata: z
      .record(z.string().min(1).max(LIMITS.metadataKeyChars), z.string().max(LIMITS.metadataValueChars))
      .refine((pairs) => Object.keys(pairs).length <= LIMITS.metadataPairs, 'too many pairs')
      .nullish(),
    memory: z
      .record(memoryKey, memoryValue)
      .refine((keys) => Object.keys(keys).length <= L.memoryKeys, `more than ${L.memoryKeys} keys`)
      .nullish(),
    ttl_seconds: z.int().min(60).max(L.maxTtlSeconds).default(L.defaultTtlSeconds),
  })
  .refine((said) => !said.team || (said.agent ?? said.model ?? null) === null, {
    path: ['team'],
    message: 'a team has neither an agent nor a model',
  })

/** What is remembered anew; null: no more. */
export const sessionPatchBody = z.strictObject({ memory: z.record(memoryKey, memoryValue.nullable()) })

/** Something a user says. */
export const messageBody = z.strictObject({
  role: z.literal('user').optional(),
  content: textOf(L.contentBytes).min(1),
  model: model.nullish(),
  stream: z.boolean().nullish(),
})
export type MessageBody = z.infer<typeof messageBody>

export const forkBody = z.strictObject({ at: z.string().min(1).max(LIMITS.sessionIdChars).nullish() })

/** A page of messages: those before one, the last first asked for. */
export const sessionPage = z.object({
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** The largest body, in bytes: JSON may write each byte of a text with six. */
export const MAX_BODY_BYTES = 6 * L.contentBytes + 65_536
