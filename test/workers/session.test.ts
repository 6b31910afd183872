import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import { ANTHROPIC, anthropicAnswer, fakeHosts, OPENAI, openaiAnswer, OPENROUTER, refusal } from './hosts.ts'
import { ask, chat, decisionIdOf, errorOf, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

/** Not what `auto` chooses for a short greeting. */
const PINNED = 'anthropic/claude-opus-4.5'
const AT_ANTHROPIC = { provider: { order: ['anthropic'] } }

const sessionOf = ({ tenantId }: Key, session: string) =>
  env.SESSIONS.getByName(`${encodeURIComponent(tenantId)}:${session}`)

/** A session in which `PINNED` has answered. */
async function begun(session: string, headers: Record<string, string> = {}, key?: Key): Promise<Key> {
  const caller = key ?? (await mintKey())
  fakeHosts({
    [OPENAI]: () => openaiAnswer('Hi'),
    [OPENROUTER]: () => openaiAnswer('Hi'),
    [ANTHROPIC]: () => anthropicAnswer('Hi'),
  })
  const named = headers['x-session-id'] === undefined ? { session_id: session } : {}
  expect((await chat(caller, PINNED, { ...AT_ANTHROPIC, ...named }, headers)).status).toBe(200)
  await vi.waitFor(async () => expect(await sessionOf(caller, session).affinity()).not.toBeNull())
  return caller
}

const choiceOf = ({ headers }: Response) => [
  headers.get('x-switchyard-model'),
  headers.get('x-switchyard-provider'),
  headers.get('x-switchyard-reason'),
]

it('stays with the model that answered last, also after the object was evicted', async () => {
  const key = await begun('s')
  const pinned = [PINNED, 'anthropic', 'pinned_by_session']
  expect(choiceOf(await chat(key, 'auto', { session_id: 's' }))).toEqual(pinned)
  await evictDurableObject(sessionOf(key, 's'))
  expect(choiceOf(await chat(key, 'auto', { session_id: 's' }))).toEqual(pinned)
  expect(choiceOf(await chat(key, 'auto', { session_id: 'other' }))).not.toEqual(pinned)
  expect(choiceOf(await chat(key, 'auto'))).not.toEqual(pinned)
})

it('counts the turns it has answered', async () => {
  const key = await begun('s')
  await chat(key, 'auto', { session_id: 's' })
  await vi.waitFor(async () =>
    expect(await sessionOf(key, 's').affinity()).toMatchObject({ modelId: PINNED, turns: 2 }),
  )
})

it('says so when tool results come back', async () => {
  const key = await begun('s')
  const call = { id: 'call_1', type: 'function', function: { name: 'time', arguments: '{}' } }
  const messages = [
    { role: 'user', content: 'What time is it?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: '12:00' },
  ]
  const tools = [{ type: 'function', function: { name: 'time', parameters: { type: 'object' } } }]
  const answer = await chat(key, 'auto', { session_id: 's', messages, tools })
  expect(choiceOf(answer)).toEqual([PINNED, 'anthropic', 'pinned_by_tool_loop'])
})

it('is named by a header, too; the body wins', async () => {
  const key = await begun('from-header', { 'x-session-id': 'from-header' })
  const header = { 'x-session-id': 'from-header' }
  expect(choiceOf(await chat(key, 'auto', {}, header))).toContain('pinned_by_session')
  const body = { session_id: 'from-body' }
  expect(choiceOf(await chat(key, 'auto', body, header))).not.toContain('pinned_by_session')
  const tooLong = await chat(key, 'auto', {}, { 'x-session-id': 'x'.repeat(257) })
  expect(await errorOf(tooLong)).toMatchObject({ status: 400, param: 'x-session-id' })
})

it('also decides POST /v1/route, which adds no turn', async () => {
  const key = await begun('s')
  const decided = await post(key, '/v1/route', ask('auto', { session_id: 's' }))
  expect(await decided.json()).toMatchObject({ model: PINNED, reason: 'pinned_by_session' })
  expect(await sessionOf(key, 's').affinity()).toMatchObject({ turns: 1 })
})

it('belongs to one tenant', async () => {
  const key = await begun('shared')
  const stranger = await mintKey()
  const strange = choiceOf(await chat(stranger, 'auto', { session_id: 'shared' }))
  expect(strange).not.toContain('pinned_by_session')
  const colleague = await mintKey({ tenantId: key.tenantId })
  expect(choiceOf(await chat(colleague, 'auto', { session_id: 'shared' }))).toContain('pinned_by_session')
})

it('is not another tenant’s by a clever name', async () => {
  const tenantId = `ten_${crypto.randomUUID()}`
  const tricky = await mintKey({ tenantId: `${tenantId}:a` })
  await begun('b', {}, tricky)
  const plain = await mintKey({ tenantId })
  expect(choiceOf(await chat(plain, 'auto', { session_id: 'a:b' }))).not.toContain('pinned_by_session')
})

it('follows a fallback to the model that answered', async () => {
  const key = await begun('s')
  vi.restoreAllMocks()
  fakeHosts({
    [ANTHROPIC]: () => refusal(529, 'Overloaded'),
    [OPENAI]: () => openaiAnswer('Hi'),
    [OPENROUTER]: () => openaiAnswer('Hi'),
  })
  const answer = await chat(key, 'auto', { session_id: 's' })
  const [model, provider] = choiceOf(answer)
  expect(provider).not.toBe('anthropic')
  await vi.waitFor(async () =>
    expect(await sessionOf(key, 's').affinity()).toMatchObject({ modelId: model, host: provider }),
  )
})

it('remembers nothing of a failed answer', async () => {
  const key = await mintKey()
  fakeHosts({ [OPENAI]: () => refusal(400, 'No') })
  const answer = await chat(key, 'openai/gpt-4o', { session_id: 's', provider: { only: ['openai'] } })
  expect(answer.status).toBe(400)
  expect(await sessionOf(key, 's').affinity()).toBeNull()
})

it('is forgotten by its alarm', async () => {
  const key = await begun('s')
  expect(await runDurableObjectAlarm(sessionOf(key, 's'))).toBe(true)
  expect(await sessionOf(key, 's').affinity()).toBeNull()
  expect(choiceOf(await chat(key, 'auto', { session_id: 's' }))).not.toContain('pinned_by_session')
})

it('judges the answer before by what is asked next: the same again was no help, anything else was', async () => {
  const key = await mintKey()
  fakeHosts({ [OPENAI]: () => openaiAnswer('Hi'), [ANTHROPIC]: () => anthropicAnswer('Hi') })
  const question = 'How do I renew my residence permit when my passport expires next month?'
  const said = [question, `${question} Please!`, 'Thanks. What does a new passport cost?']
  const decided: string[] = []
  for (const content of said) {
    const answer = await chat(key, PINNED, { session_id: 's', messages: [{ role: 'user', content }] })
    decided.push(decisionIdOf(answer))
    await answer.text()
    const turns = decided.length
    await vi.waitFor(async () => expect(await sessionOf(key, 's').affinity()).toMatchObject({ turns }))
  }
  const opinions = async () => {
    const sql = "select decision_id, score, predicted from feedback where source = 're-ask' and tenant_id = ?"
    const { results } = await env.DB.prepare(sql).bind(key.tenantId).all()
    return results.toSorted(
      (a, b) => decided.indexOf(String(a['decision_id'])) - decided.indexOf(String(b['decision_id'])),
    )
  }
  await vi.waitFor(async () => expect(await opinions()).toHaveLength(2), { timeout: 10_000, interval: 500 })
  const predicted: unknown = expect.any(Number)
  expect(await opinions()).toEqual([
    { decision_id: decided[0], score: 0, predicted },
    { decision_id: decided[1], score: 1, predicted },
  ])
})
