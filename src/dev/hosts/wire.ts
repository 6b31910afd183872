import * as z from 'zod'
import type { JsonObject } from './json.ts'
import type { ResponseMemory } from './response-memory.ts'
import type { Answer, Choice, Question, SimulatedModel } from './question.ts'

/** What a request's path says about it. Google names the model and streaming there. */
export type Target = {
  host: string
  model: string | null
  /** `array`: Google's streams are one JSON array unless server-sent events are asked for. */
  stream: 'no' | 'events' | 'array'
}

/** One event of a stream, or the whole body of an answer that is not streamed. */
export type Frame = { event: string | null; data: JsonObject | '[DONE]' }

export type HostError = {
  status: number
  message: string
  code?: string
  /** The request's field that is wrong, for hosts that name it. */
  param?: string
  retryAfterMs?: number
}

/** Thrown while a request is read: the host refuses it, in its own words. */
export class HostRefusal extends Error {
  override readonly name = 'HostRefusal'
  readonly details: HostError

  constructor(details: HostError) {
    super(details.message)
    this.details = details
  }
}

/** The name and the time (Unix seconds) of one answer. */
export type Issue = { id: string; createdAt: number }

/** A request that was understood, and how its answer is put into the host's format. */
export type Conversation = {
  question: Question
  /** The answer as one body. */
  whole(answer: Answer, issue: Issue): JsonObject
  /** The answer as the events of a stream. */
  frames(answer: Answer, issue: Issue): readonly Frame[]
}

/** One wire format: how to read a request, and how to refuse. */
export type Wire = {
  /** The response header that names a call. */
  idHeader: string
  /** The key a request carries, or null. */
  keyOf(headers: Headers, query: URLSearchParams): string | null
  /**
   * @throws HostRefusal for what the host refuses by rules of its own
   * @throws ZodError for what has not even the right shape
   */
  read(body: unknown, target: Target, memory: ResponseMemory): Conversation
  /** A request of the wrong shape, in the host's words. */
  complaint(error: z.ZodError): HostError
  /** A prompt that is too long, in the host's words. */
  overflow(host: string): HostError
  error(error: HostError): JsonObject
  /** An error told in the middle of a stream, as its event number `sequence`. */
  errorFrame(error: HostError, sequence: number): Frame
  models(models: readonly SimulatedModel[]): JsonObject
}

/** A limit, which may be absent or null. */
export const positive = z.int().positive().nullish()
/** A JSON Schema, as it came. */
export const schemaObject = z.record(z.string(), z.unknown())

/** A tool definition without the keys the caller left out. */
export function toolOf(tool: {
  name: string
  description?: string | null | undefined
  parameters?: Record<string, unknown> | null | undefined
}) {
  return {
    name: tool.name,
    ...(tool.description ? { description: tool.description } : {}),
    ...(tool.parameters ? { parameters: tool.parameters } : {}),
  }
}

/** The text of an answer's frame as it is sent. */
export function serialize({ event, data }: Frame): string {
  const text = data === '[DONE]' ? data : JSON.stringify(data)
  return `${event === null ? '' : `event: ${event}\n`}data: ${text}\n\n`
}

/** The token of an authorization header, or null. */
export function bearerToken(headers: Headers): string | null {
  return /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? null
}

/** All choices of an answer, the first one first. */
export function choicesOf(answer: Answer): readonly Choice[] {
  return [answer, ...answer.others]
}

/** Takes one item of each list in turn, as hosts that answer several times do. */
export function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}
