import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { createAnswering } from './answering.ts'
import { createHosts } from './hosts.ts'
import { createJournal, type HostCall } from './journal.ts'
import type { SimulatedModel } from './question.ts'
import { createResponseMemory } from './response-memory.ts'

export type { SimulatedModel } from './question.ts'

/** Running simulated hosts; `calls` lists what they were asked. */
export type SimulatedHosts = {
  url: string
  port: number
  /** Breaks off what still goes on. May be called again. */
  close(): Promise<void>
  /** The latest calls, oldest first. */
  calls(): readonly HostCall[]
}

type Options = {
  port: number
  host?: string
  models: readonly SimulatedModel[]
  timeScale?: number
  /** How many calls the journal remembers; 1,000 unless given. */
  keptCalls?: number
}

/** Longer than a caller leaves a connection idle: one that is closed just as it is used again fails a request. */
const KEEP_ALIVE_MS = 300_000

/**
 * Starts model hosts that speak the real wire formats, one under each first path segment: `{url}/openai/v1/...`.
 * Port 0 takes a free one; `timeScale` (default 1) multiplies the models' latency. Faults are scripted at
 * `{url}/_control/faults`, calls are read at `{url}/_control/calls`.
 * Throws when the port is taken.
 */
export async function startSimulatedHosts(options: Options): Promise<SimulatedHosts> {
  const hostname = options.host ?? '127.0.0.1'
  const journal = createJournal(Date.now, options.keptCalls)
  const hosts = createHosts({
    journal,
    answering: createAnswering(options.timeScale ?? 1),
    memory: createResponseMemory(),
    models: options.models,
  })
  const server = createServer((request, response) => {
    hosts(request, response).catch((error: unknown) => confess(response, error))
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await once(server.listen(options.port, hostname), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  let closing: Promise<void> | null = null
  async function shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://${hostname}:${port}`,
    port,
    calls: journal.list,
    close: () => (closing ??= shut()),
  }
}

/** A mistake of the simulation itself is told to the caller: nobody reads a log here. */
function confess(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy()
  else
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`The simulation failed: ${String(error)}`)
}
