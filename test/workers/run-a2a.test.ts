import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { orderFor } from '../unit/runs/orders.ts'
import { agentAt, performed } from './attempts.ts'
import { fakeHosts, type HostCall } from './hosts.ts'
import { mintKey } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const HOST = 'a2a.example.com'
const URL_OF_AGENT = `https://${HOST}/rpc`
const rpc = z.object({ method: z.string(), params: z.looseObject({ id: z.string().optional() }) })
const methodOf = ({ body }: HostCall) => rpc.parse(body).method
const taskIn = (state: string, rest: object = {}) => ({
  id: 't1',
  contextId: 'c1',
  status: { state, ...rest },
})
const done = (...parts: object[]) => ({
  ...taskIn('TASK_STATE_COMPLETED'),
  artifacts: [{ artifactId: 'x', parts }],
})

/** An agent that answers each call of a method with the next of its results, and the last for ever. */
function agent(results: Readonly<Record<string, readonly object[]>>): HostCall[] {
  const counts = new Map<string, number>()
  return fakeHosts({
    [HOST]: (call) => {
      const method = methodOf(call)
      const at = counts.get(method) ?? 0
      counts.set(method, at + 1)
      const all = results[method] ?? []
      const result = all[Math.min(at, all.length - 1)]
      const error = { code: -32_601, message: 'No such method' }
      return Response.json({ jsonrpc: '2.0', id: 1, ...(result ? { result } : { error }) })
    },
  })
}

const asking = async (said: Parameters<typeof orderFor>[1] = {}) =>
  orderFor((await mintKey()).tenantId, { work: 'agent', agent: agentAt('a2a', URL_OF_AGENT), ...said })

describe('perform, of an A2A agent', () => {
  it('sends the task, asks how far it is, and takes what it gave', async () => {
    const calls = agent({
      SendMessage: [{ task: taskIn('TASK_STATE_SUBMITTED') }],
      GetTask: [taskIn('TASK_STATE_WORKING'), done({ text: '成都' }, { text: '重庆' })],
    })
    const { outcome, told } = await performed(await asking({ goal: '列出城市' }))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: '成都\n重庆' })
    expect(told).toEqual([{ a2a: { url: URL_OF_AGENT, task_id: 't1', context_id: 'c1' } }])
    expect(calls.map(methodOf)).toEqual(['SendMessage', 'GetTask', 'GetTask'])
    expect(calls[0]?.headers.get('a2a-version')).toBe('1.0')
    expect(calls[0]?.body).toMatchObject({
      params: {
        message: { role: 'ROLE_USER', parts: [{ text: expect.stringContaining('列出城市') }] },
        configuration: { returnImmediately: true },
      },
    })
  })

  it.each([
    [{ message: { role: 'ROLE_AGENT', parts: [{ text: 'Hi' }] } }, { kind: 'succeeded', output: 'Hi' }],
    [{ task: done({ data: { n: 1 } }) }, { kind: 'succeeded', output: { n: 1 } }],
    [{ task: done() }, { kind: 'failed', reason: 'invalid_output' }],
    [{}, { kind: 'failed', reason: 'invalid_output' }],
    [{ task: taskIn('TASK_STATE_REJECTED') }, { kind: 'failed', failure: { code: 'agent_rejected' } }],
    [
      { task: taskIn('TASK_STATE_FAILED', { message: { parts: [{ text: 'No fuel' }] } }) },
      { kind: 'failed', failure: { code: 'agent_failed', message: 'No fuel' } },
    ],
  ])('takes %o for %o', async (result, expected) => {
    agent({ SendMessage: [result] })
    expect((await performed(await asking({ input: 'Go' }))).outcome).toMatchObject(expected)
  })

  it('asks the caller what the agent asks, and brings it the answer', async () => {
    const wants = taskIn('TASK_STATE_INPUT_REQUIRED', { message: { parts: [{ text: 'Which one?' }] } })
    agent({ SendMessage: [{ task: wants }] })
    const order = await asking({ input: 'Go' })
    const { outcome } = await performed(order)
    expect(outcome).toMatchObject({ kind: 'input_required', asks: { message: 'Which one?' } })
    const carryOver = outcome.kind === 'input_required' ? outcome.partial : null
    const calls = agent({ SendMessage: [{ task: done({ text: 'ok' }) }] })
    await performed({ ...order, token: 8, carryOver, supplied: 'The blue one' })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.body).toMatchObject({
      params: {
        message: { taskId: 't1', contextId: 'c1', parts: [{ text: expect.stringContaining('blue') }] },
      },
    })
  })

  it('goes on with a task that an attempt before left there, and begins none anew', async () => {
    const calls = agent({ GetTask: [taskIn('TASK_STATE_WORKING'), done({ text: 'ok' })] })
    const carryOver = { a2a: { url: URL_OF_AGENT, task_id: 't1', context_id: 'c1' } }
    const { outcome } = await performed(await asking({ carryOver }))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: 'ok' })
    expect(calls.map(methodOf)).toEqual(['GetTask', 'GetTask'])
  })

  it('has the agent stop when the task is taken back', async () => {
    const calls = agent({
      SendMessage: [{ task: taskIn('TASK_STATE_WORKING') }],
      CancelTask: [taskIn('TASK_STATE_CANCELED')],
    })
    const { outcome } = await performed(await asking(), { signal: AbortSignal.timeout(100) })
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'cancelled' } })
    expect(calls.map(methodOf)).toEqual(['SendMessage', 'CancelTask'])
  })
})

const server = (result: object) =>
  fakeHosts({ [HOST]: () => Response.json({ jsonrpc: '2.0', id: 2, result }) })
const calling = (said: Parameters<typeof orderFor>[1]) =>
  asking({ agent: agentAt('mcp', URL_OF_AGENT, { tools: ['find'] }), ...said })

describe('perform, of an agent that is an MCP server', () => {
  it('calls its only tool with the input', async () => {
    const calls = server({ content: [], structuredContent: { found: 3 } })
    const { outcome } = await performed(await calling({ input: { q: '茶' } }))
    expect(outcome).toMatchObject({ kind: 'succeeded', output: { found: 3 } })
    expect(calls[0]?.body).toMatchObject({ params: { name: 'find', arguments: { q: '茶' } } })
  })

  it.each([
    [{ input: 'tea' }, "Invalid 'input'"],
    [{ needs: { skills: [], modalities: [], tools: ['a', 'b'], minContext: 0 } }, 'Which tool'],
  ])('calls nothing where it cannot be told what: %o', async (said, message) => {
    const calls = server({ content: [] })
    const { outcome } = await performed(await calling(said))
    expect(outcome).toMatchObject({ isFinal: true, failure: { message: expect.stringContaining(message) } })
    expect(calls).toHaveLength(0)
  })

  it('hands on that the tool failed', async () => {
    server({ content: [{ type: 'text', text: 'No tea' }], isError: true })
    const { outcome } = await performed(await calling({ input: {} }))
    expect(outcome).toMatchObject({ isFinal: false, failure: { code: 'tool_error', message: 'No tea' } })
  })
})
