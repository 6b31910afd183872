import { log } from '../../core/log.ts'
import type { Env } from '../../env.ts'
import { runName } from '../../runs/names.ts'
import { LAST_EVENTS, type RunEvent } from '../../runs/run/events.ts'
import type { RunObject } from '../../runs/run-object.ts'
import { createOutlet } from '../outlet.ts'

/** How long one question for further events waits, in ms: below what a Durable Object lets a call last. */
const POLL_MS = 20_000
/** An object that is not there is asked again, so often and with so much between, in ms: it may be restarting. */
const PATIENCE = 40
const PAUSE_MS = 250
/** A reader hears something at least so often, in ms. */
const HEARTBEAT_MS = 15_000
/** What a browser waits before it comes back, in ms. */
const COME_BACK_MS = 1_000

type RunsEnv = Pick<Env, 'RUNS'>

/** What a run is asked: the types of a stub say nothing of values that may be any JSON. */
type RunCalls = Pick<
  RunObject,
  'begin' | 'view' | 'viewAtEnd' | 'eventsAfter' | 'value' | 'tell' | 'toldByAgent' | 'heard' | 'kept'
> & {
  fetch(request: Request): Promise<Response>
}

/** The object of a tenant's run, whether there is such a run or not. */
export function runObject({ RUNS }: RunsEnv, tenantId: string, id: string): RunCalls {
  return RUNS.getByName(runName(tenantId, id))
}

/**
 * A run's events after `seq` as they come, in pages that may be empty, until it has ended. It outlives restarts of the
 * run's object; where that stays away, it throws.
 */
export async function* eventsOf(
  env: RunsEnv,
  { tenantId, id }: { tenantId: string; id: string },
  { after, signal }: { after: number; signal: AbortSignal },
): AsyncGenerator<readonly RunEvent[]> {
  let seq = after
  let failures = 0
  while (!signal.aborted) {
    const page = await pageAfter(env, tenantId, id, seq)
    if (page === null) return
    if (page instanceof Error) {
      failures += 1
      if (failures > PATIENCE) throw page
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      continue
    }
    failures = 0
    const { events, hasEnded } = page
    yield events
    seq = events.at(-1)?.seq ?? seq
    if (events.some(({ type }) => LAST_EVENTS.has(type)) || (hasEnded && events.length === 0)) return
  }
}

async function pageAfter(env: RunsEnv, tenantId: string, id: string, seq: number) {
  try {
    return await runObject(env, tenantId, id).eventsAfter(seq, POLL_MS)
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}

/** A run's log as server-sent events, each with its `seq` as its id, until the last one. */
export function streamEvents(pages: (signal: AbortSignal) => AsyncIterable<readonly RunEvent[]>): {
  response: Response
  done: Promise<void>
} {
  const outlet = createOutlet(undefined, HEARTBEAT_MS)
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
  return {
    response: new Response(outlet.readable, { headers }),
    done: pump().finally(() => outlet.close()),
  }

  async function pump(): Promise<void> {
    await outlet.write(`retry: ${COME_BACK_MS}\n\n`)
    try {
      for await (const events of pages(outlet.gone)) {
        if (!(await outlet.write(events.map(eventText).join('')))) return
      }
    } catch (cause) {
      // The reader comes back and names the last event it has.
      log('warn', { message: 'A log of a run broke off', cause: String(cause) })
    }
  }
}

function eventText(event: RunEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
