import * as z from 'zod'
import type { KeptResponse } from '../agents/response-object.ts'
import { AppError } from '../core/errors.ts'
import type { RequestScope } from './context.ts'

type Whose = Pick<RequestScope, 'env' | 'caller'>

/** What is kept of a response, of this tenant alone. */
export type KeptItems = {
  body: Record<string, unknown>
  input: readonly unknown[]
  context: readonly unknown[]
  /** How long all of it is as JSON. */
  chars: number
}

/** The object that a response is kept in. The colon ends the tenant's part, as in a session's name. */
export function responseObject({ env, caller }: Whose, id: string) {
  return env.RESPONSES.getByName(`${encodeURIComponent(caller.tenantId)}:${id}`)
}

const RESPONSE_ID = /^resp_[0-9a-z]{26}$/

/** @throws AppError `not_found`, also for another tenant's response */
export async function readKept(whose: Whose, id: string, param = 'response_id'): Promise<KeptItems> {
  const kept = RESPONSE_ID.test(id) ? await responseObject(whose, id).read() : null
  if (!kept) throw new AppError('not_found', `No response ${id.slice(0, MAX_SHOWN_ID_CHARS)}`, { param })
  return {
    body: record.parse(JSON.parse(kept.body)),
    input: list.parse(JSON.parse(kept.input)),
    context: list.parse(JSON.parse(kept.context)),
    chars: kept.body.length + kept.input.length + kept.context.length,
  }
}

const record = z.record(z.string(), z.unknown())
const list = z.array(z.unknown())
/** How much of an id that is none is repeated in an error, in characters. */
const MAX_SHOWN_ID_CHARS = 64

/** The longest conversation that is continued by its last response's id, in characters of JSON. */
const MAX_CONVERSATION_CHARS = 16 * 1024 * 1024

/**
 * Everything said up to the end of a response: what a request that continues it begins with.
 *
 * @throws AppError `not_found`, or `request_too_large` for a conversation that has grown too long
 */
export async function conversationUpTo(whose: Whose, id: string): Promise<readonly unknown[]> {
  const { body, input, context, chars } = await readKept(whose, id, 'previous_response_id')
  if (chars > MAX_CONVERSATION_CHARS) {
    const message = `The conversation up to ${id} is longer than ${MAX_CONVERSATION_CHARS / 1024 / 1024} MiB`
    throw new AppError('request_too_large', message, { param: 'previous_response_id' })
  }
  return [...context, ...input, ...outputIn(body)]
}

/** The output items of a response; none where it is not kept. */
export async function outputOf(whose: Whose, id: string): Promise<readonly unknown[]> {
  const kept = await responseObject(whose, id).read()
  return kept ? outputIn(record.parse(JSON.parse(kept.body))) : []
}

function outputIn(body: Record<string, unknown>): readonly unknown[] {
  return list.safeParse(body['output']).data ?? []
}

/** What is to be kept of a response. */
export function keptOf(body: object, input: readonly unknown[], context: readonly unknown[]): KeptResponse {
  return { body: JSON.stringify(body), input: JSON.stringify(input), context: JSON.stringify(context) }
}
