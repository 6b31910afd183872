import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { errorReply, inBandChunk, inBandError, jsonReply, replyInstead } from './answering.ts'
import type { Answering, Asked } from './answering.ts'
import { createControl, type Control } from './control.ts'
import { perform, planDelivery, type Reply } from './delivery.ts'
import {
  embeddingBody,
  embeddingsBody,
  type EmbeddingBody,
  geminiEmbeddingBody,
  geminiEmbeddingsBody,
} from './embeddings.ts'
import type { Fault } from './faults.ts'
import type { HostCall, Journal } from './journal.ts'
import { parseJson } from './json.ts'
import type { Question, SimulatedModel, TokenUsage } from './question.ts'
import type { ResponseMemory } from './response-memory.ts'
import { findRoute, type Route } from './routes.ts'
import { HostRefusal, type HostError, type Target, type Wire } from './wire.ts'
import { chatWire } from './wires/chat/index.ts'
import { countMessages } from './wires/messages/index.ts'

/** This key is always refused, as one that was taken back. */
const REVOKED_KEY = 'sk-simulated-revoked'
const ABOUT = 'Simulated model hosts: the answers are made up and no model is called.\n'
/** How much of a prompt the journal tells. */
const OPENING_CHARACTERS = 64
const UNFINISHED = new Set<Fault['kind']>([
  'refuse',
  'hang',
  'stall',
  'cut',
  'cut-tool-call',
  'end-early',
  'truncated-json',
])

type Request = { method: string; url: URL; headers: Headers; body: string }
type Called = { wire: Wire; target: Target }
type Room = {
  answering: Answering
  journal: Journal
  memory: ResponseMemory
  models: readonly SimulatedModel[]
}
type Refused = { error: HostError }
/** A reply and how it goes wrong. */
type Outcome = { reply: Reply; fault: Fault | null; inBand: string; usage: TokenUsage | null }

/** The request handler of the simulated hosts. Reads, refuses as the real host would, and otherwise answers. */
export function createHosts(room: Room) {
  const control = createControl(room.journal)

  return async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming)
    const route = findRoute(request.method, request.url)
    switch (route?.to) {
      case 'about':
        return void response.end(ABOUT)
      case 'faults':
      case 'calls':
        return send(control.handle(route.to, request.method, request.body), response)
      case 'models':
        return send(listModels(request, route, room.models), response)
      case 'embeddings':
        return embed(request, route, response, { ...room, control })
      case 'count':
        return send(countTokens(request, route, room.models), response)
      case 'answer':
        return answer(request, route, response, { ...room, control })
      case undefined: {
        const message = `Unknown request URL: ${request.method} ${request.url.pathname}`
        return send(errorReply(chatWire, { status: 404, message, code: 'unknown_url' }), response)
      }
    }
  }
}

async function answer(
  request: Request,
  { wire, target }: Called,
  response: ServerResponse,
  { answering, journal, memory, models, control }: Room & { control: Control },
): Promise<void> {
  const understood = understand(request, { wire, target }, models, memory)
  const question = 'asked' in understood ? understood.asked.conversation.question : null
  const model = question?.modelId ?? target.model ?? ''
  const opening = question ? openingOf(question) : ''
  const call = journal.open({ host: target.host, model, path: request.url.pathname, opening })
  if ('error' in understood) return refuse(call, wire, understood.error, response)
  const { asked } = understood
  call.streamed = asked.conversation.question.stream
  const fault = control.nextFault({ host: target.host, model })
  const { reply, usage } = answering(asked, fault)
  await deliver(call, { reply, fault, inBand: inBandChunk(asked, fault), usage }, wire, response)
}

function openingOf({ turns }: Question): string {
  return turns.find(({ role }) => role === 'user')?.text.slice(0, OPENING_CHARACTERS) ?? ''
}

async function embed(
  request: Request,
  { wire, target }: Called,
  response: ServerResponse,
  { journal, models, control }: Room & { control: Control },
): Promise<void> {
  const read = readEmbedding(request, { wire, target }, models)
  const model = 'body' in read ? read.body.model : ''
  const call = journal.open({ host: target.host, model, path: request.url.pathname, opening: '' })
  if ('error' in read) return refuse(call, wire, read.error, response)
  const fault = control.nextFault({ host: target.host, model })
  const reply =
    (fault && replyInstead(wire, fault, { host: target.host, stream: false })) ??
    jsonReply(
      target.model === null
        ? embeddingsBody(read.body, read.length)
        : geminiEmbeddingsBody(read.body, read.length),
    )
  const inBand = JSON.stringify(wire.error(inBandError(fault)))
  await deliver(call, { reply, fault, inBand, usage: null }, wire, response)
}

function refuse(call: HostCall, wire: Wire, error: HostError, response: ServerResponse): Promise<void> {
  const reply = errorReply(wire, error)
  return deliver(call, { reply, fault: null, inBand: '', usage: null }, wire, response)
}

/** Sends a reply and notes in the journal how that went. */
async function deliver(
  call: HostCall,
  outcome: Outcome,
  wire: Wire,
  response: ServerResponse,
): Promise<void> {
  const { reply, fault, inBand, usage } = outcome
  call.fault = fault?.kind ?? null
  call.cut = fault !== null && UNFINISHED.has(fault.kind)
  call.usage = usage
  response.setHeader(wire.idHeader, call.requestId)
  const steps = planDelivery(reply, fault, inBand)
  await perform(steps, response)
  call.status = response.headersSent ? reply.status : 0
  call.aborted = !response.writableEnded && steps.at(-1)?.do !== 'destroy'
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const url = new URL(incoming.url ?? '/', 'http://simulated')
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, [value].flat().join(', '))
  return { method: incoming.method ?? 'GET', url, headers, body: await text(incoming) }
}

function send(reply: Reply, response: ServerResponse): Promise<void> {
  return perform(planDelivery(reply, null, ''), response)
}

/** What a request asks of which model, or why the host refuses it. */
function understand(
  request: Request,
  { wire, target }: Called,
  models: readonly SimulatedModel[],
  memory: ResponseMemory,
): { asked: Asked } | Refused {
  const parsed = parseRequest(request, wire)
  if ('error' in parsed) return parsed
  const read = unlessRefused(wire, () => wire.read(parsed.json, target, memory))
  if ('error' in read) return read
  const { modelId } = read.question
  const model = findModel(models, target.host, modelId)
  return model ? { asked: { wire, target, conversation: read, model } } : unknownModel(modelId)
}

function countTokens(request: Request, { wire, target }: Called, models: readonly SimulatedModel[]): Reply {
  const parsed = parseRequest(request, wire)
  if ('error' in parsed) return errorReply(wire, parsed.error)
  const read = unlessRefused(wire, () => countMessages(parsed.json))
  if ('error' in read) return errorReply(wire, read.error)
  const known = findModel(models, target.host, read.modelId)
  return known ? jsonReply(read.count) : errorReply(wire, unknownModel(read.modelId).error)
}

/** What reading gives, or the host's refusal. */
function unlessRefused<T>(wire: Wire, read: () => T): T | Refused {
  try {
    return read()
  } catch (error) {
    if (error instanceof HostRefusal) return { error: error.details }
    if (error instanceof z.ZodError) return { error: wire.complaint(error) }
    throw error
  }
}

function readEmbedding(
  request: Request,
  { wire, target }: Called,
  models: readonly SimulatedModel[],
): { body: EmbeddingBody; length?: number | undefined } | Refused {
  const parsed = parseRequest(request, wire)
  if ('error' in parsed) return parsed
  const schema = target.model === null ? embeddingBody : geminiEmbeddingBody(target.model)
  const read = unlessRefused(wire, () => ({ body: schema.parse(parsed.json) }))
  if ('error' in read) return read
  const model = findModel(models, target.host, read.body.model)
  return model ? { ...read, length: model.dimensions } : unknownModel(read.body.model)
}

function parseRequest(request: Request, wire: Wire): { json: unknown } | Refused {
  const error = keyError(request, wire)
  if (error) return { error }
  const json = parseJson(request.body)
  if (json === undefined) return { error: { status: 400, message: 'The request body is not valid JSON' } }
  return { json }
}

function keyError({ headers, url }: Request, wire: Wire): HostError | null {
  const key = wire.keyOf(headers, url.searchParams)
  if (key === null || key === '') return { status: 401, message: 'No API key was given' }
  return key === REVOKED_KEY ? { status: 401, message: 'The API key is not valid' } : null
}

function unknownModel(id: string): Refused {
  const message = `The model \`${id}\` does not exist or you do not have access to it`
  return { error: { status: 404, message } }
}

function findModel(models: readonly SimulatedModel[], host: string, id: string): SimulatedModel | undefined {
  return models.find((model) => model.host === host && model.hostModelId === id)
}

function listModels(
  request: Request,
  { wire, host }: Extract<Route, { to: 'models' }>,
  models: readonly SimulatedModel[],
): Reply {
  const error = keyError(request, wire)
  if (error) return errorReply(wire, error)
  return jsonReply(wire.models(models.filter((model) => model.host === host)))
}
