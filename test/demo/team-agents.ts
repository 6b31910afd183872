import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../bench/raw-workerd.ts'

/** An agent of somebody else's, at an address of its own. */
export type Colleague = {
  id: string
  skill: string
  url: string
  /** Tasks it has in hand, and has had. */
  held: () => number
  taken: () => number
  /** It is gone, with all it had in hand. */
  kill: () => void
}

const WORKS_MS = 900

/** One that does everything of a skill, and says so. */
export async function startColleague(id: string, skill: string): Promise<Colleague> {
  let [held, taken] = [0, 0]
  const { server, port }: { server: Server; port: number } = await listen((request, response) => {
    held += 1
    taken += 1
    request.resume()
    response.once('close', () => (held -= 1))
    void sleep(WORKS_MS).then(() => {
      const output = `${id} has done its part: a ${skill} of some sentences.`
      const body = JSON.stringify({ output, usage: { cost_usd: 0.0002, tokens: 40 } })
      response.setHeader('content-type', 'application/json').end(body)
    })
  })
  return {
    id,
    skill,
    url: `http://127.0.0.1:${port}/`,
    held: () => held,
    taken: () => taken,
    kill() {
      server.close()
      server.closeAllConnections()
    },
  }
}
