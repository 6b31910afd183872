/** Who listens to a run by WebSocket. Sockets outlive the object's memory, so each carries how far it was told. */

import type { RunEvent } from './run/events.ts'

/** Of one run. */
const MAX_SOCKETS = 32
/** RFC 6455, 7.4.1. */
const NORMAL_CLOSURE = 1_000
const INTERNAL_ERROR = 1_011

/** What is told: pages of events after one, oldest first, empty where there are no more; and whether more may come. */
export type Tale = { eventsAfter: (seq: number) => readonly RunEvent[]; hasEnded: boolean }

/** Lets a listener in, who was told of everything up to `?after`. */
export function acceptSocket(ctx: DurableObjectState, request: Request, tale: Tale): Response {
  if (request.headers.get('upgrade') !== 'websocket') return new Response('Not a WebSocket', { status: 426 })
  if (ctx.getWebSockets().length >= MAX_SOCKETS) return new Response('Too many listeners', { status: 429 })
  const { 0: theirs, 1: ours } = new WebSocketPair()
  const after = Number(new URL(request.url).searchParams.get('after') ?? 0)
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  ctx.acceptWebSocket(ours)
  ours.serializeAttachment({ seq: Number.isSafeInteger(after) ? after : 0 })
  tellSocket(ours, tale)
  return new Response(null, { status: 101, webSocket: theirs })
}

/** Tells every listener what it has not heard. A broken one disturbs nobody. */
export function tellSockets(ctx: DurableObjectState, tale: Tale): void {
  for (const socket of ctx.getWebSockets()) tellSocket(socket, tale)
}

function tellSocket(socket: WebSocket, { eventsAfter, hasEnded }: Tale): void {
  const { seq: told }: { seq: number } = socket.deserializeAttachment()
  let seq = told
  try {
    for (let page = eventsAfter(seq); page.length > 0; page = eventsAfter(seq)) {
      for (const event of page) {
        socket.send(JSON.stringify(event))
        seq = event.seq
      }
    }
    if (seq > told) socket.serializeAttachment({ seq })
    if (hasEnded) socket.close(NORMAL_CLOSURE, 'The run has ended')
  } catch {
    socket.close(INTERNAL_ERROR)
  }
}
