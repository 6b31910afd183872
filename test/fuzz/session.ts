import type { LocalSwitchyard } from '../../src/dev/local-switchyard.ts'
import { type FuzzRequest, PROTOCOLS } from './bodies.ts'
import { judge, type Reply, type Verdict } from './judge.ts'

/** Silence longer than this is a hang, in milliseconds; a comment in a stream is silence. */
const PATIENCE_MS = 30_000
/** How many responses are remembered to be continued. */
const MAX_STORED = 50

/** What became of one request. */
export type Outcome = Verdict & { status: number; reply: string }

/** Asks a running Switchyard with many keys by turns, and remembers what it stored. */
export function createSession(switchyard: LocalSwitchyard, keys: readonly string[]) {
  const stored: string[] = []
  let asked = 0

  async function send({ protocol, body, headers }: FuzzRequest): Promise<Reply> {
    asked += 1
    const authorization = `Bearer ${keys[asked % keys.length] ?? ''}`
    const silence = createSilence()
    try {
      const response = await fetch(`${switchyard.url}${PROTOCOLS[protocol]}`, {
        method: 'POST',
        headers: { authorization, ...encoded(headers) },
        body,
        signal: silence.signal,
      })
      const contentType = response.headers.get('content-type') ?? ''
      return { status: response.status, contentType, body: await textOf(response, silence) }
    } finally {
      silence.end()
    }
  }

  /** What a host's journal makes of its refusal: a failure that it does not know of is our own. */
  function compare(verdict: Verdict, { status }: Reply): Verdict {
    const { violation, refusal } = verdict
    if (violation !== null || refusal?.by !== 'host') return verdict
    const call = switchyard.hosts.calls().find(({ requestId }) => requestId === refusal.requestId)
    const said = `${call ? `${call.host} ${call.path.split('/').at(-1)}` : 'unknown host'}, ${verdict.said}`
    const isRefusal = status >= 400 && status < 500
    const where = `${status === 200 ? 'in a stream' : status}, ${said}`
    if (isRefusal || (call && (call.status >= 400 || call.cut))) return { ...verdict, said }
    return { ...verdict, said, violation: call ? `${where}, though its host answered ${call.status}` : where }
  }

  return {
    stored,
    async ask(request: FuzzRequest): Promise<Outcome> {
      try {
        const reply = await send(request)
        if (reply.status === 200 && request.protocol === 'responses') remember(stored, reply.body)
        return { ...compare(judge(request, reply), reply), status: reply.status, reply: reply.body }
      } catch (error) {
        const hung = error instanceof Error && error.name === 'TimeoutError'
        const violation = hung ? 'no answer in time' : `no answer: ${causeOf(error)}`
        return { status: 0, violation, said: null, refusal: null, reply: '' }
      }
    },
  }
}
export type Session = ReturnType<typeof createSession>

/** Aborts what is silent for too long; `end` it in any case. */
type Silence = { signal: AbortSignal; heard: () => void; end: () => void }

function createSilence(): Silence {
  const tooLong = new AbortController()
  const abort = () => tooLong.abort(new DOMException('Nothing was said', 'TimeoutError'))
  let timer = setTimeout(abort, PATIENCE_MS)
  const end = () => clearTimeout(timer)
  const heard = () => {
    end()
    timer = setTimeout(abort, PATIENCE_MS)
  }
  return { signal: tooLong.signal, heard, end }
}

async function textOf({ body }: Response, silence: Silence): Promise<string> {
  const pieces: string[] = []
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    pieces.push(piece)
    if (!/^(?::.*\n+)+$/.test(piece)) silence.heard()
  }
  return pieces.join('')
}

/** Header values are bytes. */
function encoded(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  )
}

function remember(stored: string[], body: string): void {
  const [id] = /resp_[0-9a-z]{26}/.exec(body) ?? []
  if (id === undefined || !/"store":true/.test(body)) return
  stored.push(id)
  if (stored.length > MAX_STORED) stored.shift()
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
