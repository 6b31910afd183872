import * as z from 'zod'
import type { HostEvent } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, sse } from '../inbound.ts'
import { usageFields } from './encode-answer.ts'

const MODEL = /"model":\s*"(?:[^"\\]|\\.)*"/g

/**
 * A host's own chunks with our name for the model. Text and arguments in them are out of reach: JSON escapes their
 * quotes.
 */
export function relayChunks(text: string, { model }: AnswerHead, includeUsage: boolean): string {
  const named = text.replaceAll(MODEL, () => `"model":${JSON.stringify(model)}`)
  return includeUsage ? named : named.replaceAll(/,"usage":\s*null/g, '')
}

const chunkSchema = z.looseObject({ choices: z.array(z.unknown()).nullish() })

/** The host's last chunks, its usage chunk as ours: with the cost, where it was asked for, before `[DONE]`. */
export function relayEnd(
  events: readonly HostEvent[],
  head: AnswerHead,
  closing: AnswerClosing,
  includeUsage: boolean,
): string {
  let text = ''
  let fields: object = {}
  for (const { data } of events) {
    if (data.trim() === '[DONE]') continue
    const { choices, usage: _usage, ...rest } = chunkSchema.parse(JSON.parse(data))
    fields = { ...rest, model: head.model }
    if (choices?.length) text += sse({ ...fields, choices, ...(includeUsage && { usage: null }) })
  }
  const metadata = present({ switchyard: closing.metadata })
  if (includeUsage || closing.metadata !== undefined) {
    text += sse({ ...fields, choices: [], ...(includeUsage && { usage: usageFields(closing) }), ...metadata })
  }
  return `${text}data: [DONE]\n\n`
}

/** A host's own body with our name for the model, and the cost beside its usage. */
export function relayBody(
  body: Readonly<Record<string, unknown>>,
  { model }: AnswerHead,
  closing: AnswerClosing,
): object {
  const told = z.record(z.string(), z.unknown()).safeParse(body['usage'])
  const usage = { ...(told.data ?? usageFields(closing)), cost: closing.costUsd }
  return { ...body, model, usage, ...present({ switchyard: closing.metadata }) }
}
