import * as z from 'zod'
import type { HostEvent } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, eventData, sse } from '../inbound.ts'
import { type ResponseForm, responseFields, usageFields } from './encode-response.ts'
import { nameResponse } from './item-ids.ts'

type Fields = Readonly<Record<string, unknown>>

const fields = z.record(z.string(), z.unknown())
const hostEvent = z.looseObject({
  type: z.string().optional().catch(undefined),
  response: fields.nullish().catch(null),
})
/** Stands only in events that bring the whole response: in texts the quotes are escaped. */
const HAS_RESPONSE = /"response":\s*\{/
const SEQUENCE = /"sequence_number":\s*(\d+)/g

/** A host's own events, with our name for the response and the model, and the cost at the end. */
export type Relay = {
  /** Whole events, in the middle of an answer. */
  text(text: string): string
  /** The events that end it. */
  end(events: readonly HostEvent[], closing: AnswerClosing): string
  /** The number of the event that would come next. */
  nextSequence(): number
  /** The response as it was last told. */
  response(): object | null
}

/** One relay per streamed answer. */
export function createRelay(head: AnswerHead, form: ResponseForm): Relay {
  let last = ''
  let told: object | null = null
  function rewrite(data: string, closing?: AnswerClosing): string {
    const event = hostEvent.parse(JSON.parse(nameResponse(data, head.id)))
    if (!event.response) return sse(event, event.type)
    const response = relabel(event.response, head, form, closing)
    told = response
    return sse({ ...event, response }, event.type)
  }
  return {
    text(text) {
      last = text
      if (!HAS_RESPONSE.test(text)) return nameResponse(text, head.id)
      return eventData(text)
        .map((data) => rewrite(data))
        .join('')
    },
    end: (events, closing) => events.map(({ data }) => rewrite(data, closing)).join(''),
    nextSequence: () => Number(last.matchAll(SEQUENCE).toArray().at(-1)?.[1] ?? -1) + 1,
    response: () => told,
  }
}

/** A host's own response, put right in the same way. */
export function relayBody(
  body: Fields,
  head: AnswerHead,
  closing: AnswerClosing,
  form: ResponseForm,
): object {
  return relabel(fields.parse(JSON.parse(nameResponse(JSON.stringify(body), head.id))), head, form, closing)
}

/** What its host leaves out, as in an answer of ours; what only we know, instead of what the host says. */
function relabel(response: Fields, head: AnswerHead, form: ResponseForm, closing?: AnswerClosing): object {
  const own = responseFields(head, form.body)
  const { id, model, created_at, background, previous_response_id, store, metadata, instructions } = own
  const ours = { id, model, created_at, background, previous_response_id, store, metadata, instructions }
  const ended = closing && {
    usage: { ...usageFields(closing), ...fields.safeParse(response['usage']).data, cost: closing.costUsd },
    ...present({ switchyard: closing.metadata }),
  }
  return {
    ...own,
    ...response,
    ...ours,
    ...ended,
  }
}
