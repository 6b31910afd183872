import type { Protocol } from './bodies.ts'
import { isObject } from './json.ts'

type Fields = { [key: string]: unknown }
type Event = { name: string | null; data: Fields | '[DONE]' }

/** What is wrong with a stream, and the error it ends with, where it says one. */
type StreamVerdict = { problem: string | null; error: Fields | null }

/** Holds a stream against its protocol: framing, order, and exactly one end. */
export function judgeStream(protocol: Protocol, text: string): StreamVerdict {
  const events = readEvents(text)
  if (typeof events === 'string') return { problem: events, error: null }
  switch (protocol) {
    case 'chat':
    case 'completions':
      return judgeChunks(events)
    case 'messages':
      return judgeMessages(events)
    case 'responses':
      return judgeResponses(events)
    case 'count':
    case 'embeddings':
    case 'route':
      return problem('this call has no stream')
  }
}

function problem(words: string): StreamVerdict {
  return { problem: words, error: null }
}

/** The events of a stream, or what is wrong with its framing. */
function readEvents(text: string): Event[] | string {
  if (!text.endsWith('\n\n')) return 'does not end with a whole event'
  const events: Event[] = []
  for (const frame of text.slice(0, -2).split('\n\n')) {
    const lines = frame.split('\n').filter((line) => line !== '' && !line.startsWith(':'))
    if (lines.length === 0) continue
    const name =
      lines
        .find((line) => line.startsWith('event:'))
        ?.slice('event:'.length)
        .trim() ?? null
    const data = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length).trimStart())
    if (data.length !== 1 || lines.some((line) => !/^(?:event|data|id):/.test(line)))
      return 'an event with odd lines'
    const read = readData(data[0] ?? '')
    if (!read) return 'an event whose data is no JSON object'
    events.push({ name, data: read })
  }
  return events.length > 0 ? events : 'is empty'
}

function readData(data: string): Event['data'] | null {
  if (data === '[DONE]') return data
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function judgeChunks(events: readonly Event[]): StreamVerdict {
  const last = events.at(-1)?.data
  const chunks = events.flatMap(({ data }) => (data === '[DONE]' ? [] : [data]))
  const errors = chunks.filter((chunk) => 'error' in chunk)
  const dones = events.length - chunks.length
  if (errors.length > 0) {
    const error = errors[0]?.['error']
    if (dones > 0) return problem('[DONE] after an error')
    if (errors.length > 1 || last !== errors[0]) return problem('goes on after an error')
    return isObject(error) ? { problem: null, error } : problem('an error without the shape of one')
  }
  if (dones !== 1 || last !== '[DONE]') return problem(`${dones} times [DONE]`)
  const ended = chunks.flatMap(({ choices }) => (Array.isArray(choices) ? choices : [])).filter(isObject)
  const reasons = ended
    .filter(({ finish_reason }) => typeof finish_reason === 'string')
    .map(({ index }) => index)
  if (new Set(reasons).size !== reasons.length) return problem('a choice that finishes twice')
  const unfinished = ended.some(({ index }) => !reasons.includes(index))
  return unfinished || reasons.length === 0
    ? problem('a choice that never finishes')
    : { problem: null, error: null }
}

function judgeMessages(events: readonly Event[]): StreamVerdict {
  let open: unknown = null
  let blocks = 0
  let stops = 0
  for (const [at, { name, data }] of events.entries()) {
    if (data === '[DONE]') return problem('[DONE] in a protocol without it')
    const { type, index } = data
    if (name !== type) return problem(`an event named otherwise than its type ${String(type)}`)
    if (type === 'error') {
      if (at !== events.length - 1) return problem('goes on after an error')
      return isObject(data['error'])
        ? { problem: null, error: data['error'] }
        : problem('an error without the shape of one')
    }
    if ((at === 0) !== (type === 'message_start'))
      return problem(`${String(type)} at ${at === 0 ? 'the start' : 'a later place'}`)
    if (type === 'content_block_start') {
      if (open !== null || index !== blocks) return problem('a block that starts out of turn')
      open = index
      blocks += 1
    } else if (type === 'content_block_delta' || type === 'content_block_stop') {
      if (open === null || index !== open) return problem(`${type} of a block that is not open`)
      if (type === 'content_block_stop') open = null
    } else if (type === 'message_delta' && open !== null)
      return problem('message_delta while a block is open')
    else if (type === 'message_stop') stops += 1
  }
  const last = events.at(-1)?.data
  if (stops !== 1 || last === '[DONE]' || last?.['type'] !== 'message_stop')
    return problem(`${stops} times message_stop`)
  return { problem: null, error: null }
}

const ENDS = new Set<unknown>(['response.completed', 'response.incomplete', 'response.failed', 'error'])

function judgeResponses(events: readonly Event[]): StreamVerdict {
  const added = new Map<unknown, boolean>()
  for (const [at, { name, data }] of events.entries()) {
    if (data === '[DONE]') return problem('[DONE] in a protocol without it')
    const { type, sequence_number: sequence, output_index: output } = data
    if (name !== type) return problem(`an event named otherwise than its type ${String(type)}`)
    if (sequence !== at) return problem('sequence numbers that do not count up from 0')
    if ((at === 0) !== (type === 'response.created'))
      return problem(`${String(type)} at ${at === 0 ? 'the start' : 'a later place'}`)
    if (ENDS.has(type) !== (at === events.length - 1))
      return problem(`${String(type)} at ${at} of ${events.length}`)
    if (type === 'response.output_item.added') added.set(output, false)
    else if (output !== undefined && !added.has(output)) return problem(`${String(type)} before its item`)
    if (type === 'response.output_item.done') added.set(output, true)
  }
  const last = events.at(-1)?.data
  const response = last === '[DONE]' ? undefined : last?.['response']
  if (!isObject(response)) return problem('an end without its response')
  if (response['status'] === 'failed') {
    return isObject(response['error'])
      ? { problem: null, error: response['error'] }
      : problem('a failure without its error')
  }
  const { output } = response
  if ([...added.values()].includes(false)) return problem('an item that never ends')
  if (!Array.isArray(output) || output.length !== added.size)
    return problem('an end with other items than were streamed')
  return { problem: null, error: null }
}
