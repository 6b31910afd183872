/**
 * What the last part of `npm run bench:collab` serves. `/direct` asks the host `k` times at once and does nothing with
 * the answers; `/panel` is a panel of `k` members whose answers all differ, so that all are waited for.
 */
import { collaborate } from '../../src/collaborate/collaborate.ts'
import { NO_USAGE } from '../../src/core/chat.ts'
import type { ExecuteIo } from '../../src/execute/loop.ts'
import { readInBatches } from '../../src/http/batched-body.ts'
import { localHost } from '../../src/providers/hosts.ts'
import { chat, decision, eligible } from '../unit/route/builders.ts'

type Env = { UPSTREAM: string }

const member = eligible({ host: 'bench' })

export default {
  async fetch(request: Request, { UPSTREAM }: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const size = Number(searchParams.get('k'))
    return pathname === '/direct' ? direct(size, UPSTREAM) : panel(size, UPSTREAM)
  },
}

async function direct(size: number, upstream: string): Promise<Response> {
  const asked = Array.from({ length: size }, async () => {
    const answer = await fetch(`${upstream}/chat/completions`, { method: 'POST', body: '{}' })
    return answer.json()
  })
  return Response.json((await Promise.all(asked)).length)
}

async function panel(size: number, upstream: string): Promise<Response> {
  const pattern = {
    kind: 'panel' as const,
    members: Array.from({ length: size }, () => [member] as const),
    aggregation: 'vote' as const,
    judge: [member] as const,
    rubric: null,
    report: false,
    minSuccessful: 1,
    maxConcurrent: size,
    roundTimeoutMs: 60_000,
  }
  const decided = {
    ...decision([member]),
    createdAt: Date.now(),
    collaboration: { pattern, verify: null },
  }
  const wanted = { request: chat(), stream: false }
  const collaborated = await collaborate(decided, wanted, ioFor(upstream))
  if (collaborated.kind !== 'answering') return Response.json(collaborated, { status: 500 })
  for await (const _event of collaborated.events);
  return Response.json(collaborated.attempts.length)
}

function ioFor(baseUrl: string): ExecuteIo {
  return {
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    open: readInBatches,
    signal: new AbortController().signal,
    estimateUsage: () => NO_USAGE,
    routeTo: () => ({
      access: { host: localHost('bench', baseUrl), baseUrl, apiKey: 'bench' },
      simulated: true,
    }),
    began: () => undefined,
    ended: () => undefined,
    live: () => new Map(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}
