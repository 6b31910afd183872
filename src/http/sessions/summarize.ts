import * as z from 'zod'
import { log } from '../../core/log.ts'
import { decodeChatRequest } from '../../protocols/openai-chat/decode-request.ts'
import { answerRequest } from '../answer.ts'
import type { RequestScope } from '../context.ts'

/** The cheapest that may be asked. */
const MODEL = 'auto:floor'
const MAX_TOKENS = 2_000

const completion = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string().trim().min(1) }) })], z.unknown()),
})

/** What a cheap model makes of a prompt; null where none could, which is no reason to fail. */
export async function summarize(scope: RequestScope, messages: readonly object[]): Promise<string | null> {
  try {
    const inbound = decodeChatRequest({ model: MODEL, messages, max_tokens: MAX_TOKENS })
    const answered = await answerRequest({ ...scope, wantsMetadata: false, cacheTtlMs: null }, inbound)
    const text = await answered.text()
    if (answered.ok) return completion.parse(JSON.parse(text)).choices[0].message.content
    log('warn', { message: 'No summary was made', status: answered.status })
  } catch (cause) {
    log('warn', { message: 'No summary was made', cause: String(cause) })
  }
  return null
}
