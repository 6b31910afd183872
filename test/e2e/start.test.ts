import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEV_ADMIN_KEY, DEV_KEY } from '../../src/dev/seed.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let persistTo = ''
beforeAll(async () => {
  persistTo = await mkdtemp(join(tmpdir(), 'switchyard-start-'))
})
afterAll(() => rm(persistTo, { recursive: true, force: true }))

/** `npm start` on a port, and everything it printed so far. */
function npmStart(port: number | string) {
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), PERSIST_TO: persistTo },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const closed = new Promise<number | null>((done) => child.once('close', done))
  const until = async (words: string) => {
    for (let tries = 0; tries < 600; tries++) {
      if (output.includes(words)) return
      if (child.exitCode !== null) throw new Error(`ended early: ${errors}`)
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`never said ${words}: ${output} ${errors}`)
  }
  return { child, closed, until, output: () => output, errors: () => errors }
}

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Command lines of this machine's processes that name our folder of state. */
async function ours(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(persistTo))
}

describe('npm start', () => {
  it('prints a request that works, keeps its history, and ends everything it started', async () => {
    const port = await freePort()
    const first = npmStart(port)
    await first.until('Ctrl-C stops everything.')
    expect(first.output()).toContain(`http://localhost:${port}/`)
    expect(first.output()).toMatch(/simulated hosts +openai, anthropic/)
    // npm's own remarks about the machine it runs on are not ours.
    expect(first.errors().replace(/^npm .*\n/gm, '')).toBe('')
    expect(first.output()).not.toMatch(/warn|error/i)

    const command = /^curl[^]*?'\n/m.exec(first.output())?.[0] ?? ''
    const body = /-d '([^']+)'/.exec(command)?.[1] ?? ''
    const headers = { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' }
    const answer = await fetch(`http://localhost:${port}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body,
    })
    expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/)
    const id = answer.headers.get('x-switchyard-decision-id')

    const page = await fetch(`http://localhost:${port}/`)
    expect(page.headers.get('content-type')).toContain('text/html')

    const lookUp = async () =>
      (await fetch(`http://localhost:${port}/v1/decisions/${id}`, { headers })).status
    await expect.poll(lookUp, { timeout: 15_000, interval: 250 }).toBe(200)
    const operator = { authorization: `Bearer ${DEV_ADMIN_KEY}` }
    const tenants = await fetch(`http://localhost:${port}/admin/tenants`, { headers: operator })
    expect(await tenants.text()).toContain('"id":"default"')

    first.child.kill('SIGTERM')
    await first.closed
    await expect.poll(ours, { timeout: 10_000 }).toEqual([])

    const second = npmStart(port)
    await second.until('Ctrl-C stops everything.')
    expect(await lookUp()).toBe(200)
    second.child.kill('SIGTERM')
    await second.closed
    await expect.poll(ours, { timeout: 10_000 }).toEqual([])
  })

  it('refuses a port that is none, and says which setting is wrong', async () => {
    const confused = npmStart('eighty')
    expect(await confused.closed).not.toBe(0)
    expect(confused.errors()).toContain('PORT')
    expect(await ours()).toEqual([])
  })

  it('says so when its port is taken, and leaves nothing behind', async () => {
    const server = createServer()
    const port = await new Promise<number>((done) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        done(typeof address === 'object' && address ? address.port : 0)
      })
    })
    const blocked = npmStart(port)
    expect(await blocked.closed).not.toBe(0)
    expect(blocked.errors()).toContain(`Port ${port} is taken`)
    expect(await ours()).toEqual([])
    server.close()
  })
})
