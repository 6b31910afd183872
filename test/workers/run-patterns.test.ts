import { afterEach, describe, expect, it, vi } from 'vitest'
import { crewAt, sentIn } from './crew.ts'
import { type HostCall, sleep } from './hosts.ts'
import { begin, ended, finished, statusesOf, told } from './run-api.ts'
import { get, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const ref = (path: string) => ({ $ref: path })
const pause = (id: string, fields: object = {}) => ({ id, kind: 'wait', wait: { for_ms: 1 }, ...fields })
const task = (id: string, input: unknown, fields: object = {}) => ({ id, kind: 'model', input, ...fields })
const run = async (body: object) => finished(await mintKey(), body)
const no = { retry: { max: 0 } }

/** Answers with the number that stands in the question, and judges by it. */
function echo(call: HostCall): string {
  const sent = sentIn(call)
  const marks = Array.from(sent.matchAll(/<answer ([A-Z]) q1>\\n第(\d+)項/g), ([, label = '', mark]) => [
    label,
    { score: Number(mark), reason: `第${mark}` },
  ])
  if (marks.length > 0) return JSON.stringify(Object.fromEntries(marks))
  return /第\d+項/.exec(sent)?.[0] ?? '?'
}

const outputs = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ref(`input.${name}`)]))

describe('the output of a run', () => {
  const input = {
    a: { 城市: ['成都'], n: 1 },
    b: { 城市: ['成都', '重慶'], n: 2 },
    c: null,
    x: '是',
    y: '是。',
    z: '否',
  }
  it.each([
    ['concat', outputs('x', 'c', 'z'), '是\n\n否'],
    ['concat', outputs('a', 'x'), [{ 城市: ['成都'], n: 1 }, '是']],
    ['vote', outputs('z', 'x', 'y'), '是'],
    ['merge', outputs('a', 'c', 'b'), { 城市: ['成都', '重慶'], n: 2 }],
    [null, outputs('x', 'c'), { x: '是', c: null }],
  ])('is made by %s', async (aggregate, wanted, output) => {
    const plan = { tasks: [pause('w')], outputs: wanted, aggregate }
    expect((await run({ plan, input })).output).toEqual(output)
  })

  it('is the best of several, or one text of them, where a model is asked for that', async () => {
    const calls = crewAt(echo)
    const tasks = [task('a', '第3項'), task('b', '第9項'), task('c', '第5項')]
    const judged = await run({ plan: { goal: '哪一項？', tasks, aggregate: 'judge' } })
    expect(judged).toMatchObject({ status: 'succeeded', output: '第9項' })
    expect(judged.tasks.at(-1)).toMatchObject({ id: '$aggregate', status: 'succeeded' })
    calls.length = 0
    const reduced = await run({ plan: { goal: '哪一項？', tasks, aggregate: 'reduce' } })
    expect(reduced.status).toBe('succeeded')
    expect(calls).toHaveLength(4)
    const asked = calls.map(sentIn).at(-1)
    for (const part of ['哪一項？', '第3項', '第9項', '第5項']) expect(asked).toContain(part)
  })
})

describe('a map', () => {
  it('does 200 items, in their order, no more than thirty at a time', async () => {
    let [now, most] = [0, 0]
    crewAt(async (call) => {
      now += 1
      most = Math.max(most, now)
      await sleep(5)
      now -= 1
      return echo(call)
    })
    const items = Array.from({ length: 200 }, (_, at) => `第${at}項`)
    const map = { over: ref('input'), max: 200, task: { kind: 'model', input: { 問: ref('item') } } }
    const key = await mintKey()
    const { id } = await begin(key, { plan: { tasks: [{ id: 'm', kind: 'map', map }] }, input: items })
    const all = await ended(key, id, 60_000)
    expect([all.status, all.output]).toEqual(['succeeded', items])
    expect(all.usage.attempts).toBe(200)
    expect(most).toBeLessThanOrEqual(30)
    expect(most).toBeGreaterThan(5)
    expect(await (await get(key, `/v1/runs/${id}/artifacts/m[199]`)).text()).toBe('第199項')
  }, 70_000)

  it('has a plan carried out for each item, and leaves out those that failed', async () => {
    crewAt((call) => (sentIn(call).includes('第2項') ? { status: 400 } : echo(call)))
    const inner = {
      tasks: [
        task('x', { 問: ref('input') }, no),
        task('y', { 問: ref('tasks.x.output') }, { ...no, depends_on: ['x'] }),
      ],
    }
    const map = { over: ref('input'), task: { kind: 'subplan', input: ref('item'), plan: inner } }
    const all = await run({
      plan: { tasks: [{ id: 'm', kind: 'map', map }] },
      input: ['第1項', '第2項', '第3項'],
    })
    expect(all).toMatchObject({ status: 'succeeded', partial: true, output: ['第1項', null, '第3項'] })
    expect(statusesOf(all)).toMatchObject({
      'm[0]/y': 'succeeded',
      'm[1]': 'failed',
      'm[1]/x': 'failed',
      'm[1]/y': 'blocked',
    })
    expect(all.missing.map(({ task: key }) => key).toSorted()).toEqual(['m[1]', 'm[1]/x', 'm[1]/y'])
  })

  it.each([
    [{ list: '不是' }, 'not_a_list'],
    [{ list: [1, 2, 3] }, 'too_many_items'],
  ])('fails with what it cannot be over: %o', async (input, code) => {
    const map = { over: ref('input.list'), max: 2, task: { kind: 'wait', wait: { for_ms: 1 } } }
    const failed = await run({ plan: { tasks: [{ id: 'm', kind: 'map', map }] }, input })
    expect(failed).toMatchObject({ status: 'failed', failure: { code }, output: null })
  })

  it('of nothing gives nothing', async () => {
    const map = { over: ref('input'), task: { kind: 'wait', wait: { for_ms: 1 } } }
    expect(await run({ plan: { tasks: [{ id: 'm', kind: 'map', map }] }, input: [] })).toMatchObject({
      status: 'succeeded',
      output: [],
    })
  })
})

describe('what a run goes on without', () => {
  it('is skipped where its condition is false, along a chain of conditions', async () => {
    const tasks = [
      pause('a'),
      pause('b', { depends_on: ['a'], when: 'input.語 == "中文" and input.n > 3' }),
      pause('c', { depends_on: ['b'], when: 'tasks.b.status == "skipped"' }),
      pause('d', { depends_on: ['b', 'c'], when: 'tasks.c.status == "succeeded"' }),
      pause('e', { depends_on: ['d'], when: 'not tasks.d.output and input.n == 3' }),
    ]
    const all = await run({ plan: { tasks }, input: { 語: '中文', n: 3 } })
    expect(all).toMatchObject({ status: 'succeeded', partial: false, missing: [] })
    expect(Object.values(statusesOf(all))).toEqual([
      'succeeded',
      'skipped',
      'succeeded',
      'succeeded',
      'succeeded',
    ])
  })

  it('is told: what failed, what was blocked by it, and what was skipped instead', async () => {
    crewAt((call) => (sentIn(call).includes('壞') ? { status: 400 } : echo(call)))
    const tasks = [
      task('good', '第1項', no),
      task('bad', '壞', no),
      task('after', '第2項', { ...no, depends_on: ['bad'] }),
      task('spare', '壞', { ...no, on_error: 'skip' }),
      task(
        'last',
        { 問: '第4項', 有: { $ref: 'tasks.spare.output', default: '無' } },
        { ...no, depends_on: ['spare'] },
      ),
    ]
    const key = await mintKey()
    const all = await finished(key, { plan: { tasks } })
    expect(all).toMatchObject({ status: 'succeeded', partial: true, failure: null })
    expect(all.output).toEqual({ good: '第1項', after: null, last: '第4項' })
    expect(statusesOf(all)).toEqual({
      good: 'succeeded',
      bad: 'failed',
      after: 'blocked',
      spare: 'skipped',
      last: 'succeeded',
    })
    expect(all.missing.map(({ task: id, reason }) => [id, reason])).toEqual([
      ['bad', expect.stringMatching(/provider/)],
      ['after', 'blocked'],
      ['spare', expect.stringMatching(/provider/)],
    ])
    expect(await told(key, all.id, 'after')).toEqual(['task.blocked'])
    expect(await told(key, all.id, 'spare')).toContain('task.skipped')
  })

  it('ends the run where that is asked for, and others are taken back', async () => {
    crewAt(async (call) => (sentIn(call).includes('壞') ? { status: 400 } : sleep(8_000).then(() => '晚')))
    const plan = {
      tasks: [task('slow', '好', no), task('bad', '壞', { ...no, on_error: 'fail' }), pause('done')],
    }
    const all = await run({ plan })
    expect(all).toMatchObject({ status: 'failed', partial: true })
    expect(all.failure?.message).toContain("Task 'bad' failed")
    expect(statusesOf(all)).toEqual({ slow: 'cancelled', bad: 'failed', done: 'succeeded' })
  })

  it('may be what a person refused', async () => {
    const key = await mintKey()
    const ask = { id: 'ask', kind: 'gate', gate: { message: '可以嗎？' } }
    const last = pause('last', { depends_on: ['ask'], when: 'tasks.ask.output.approved' })
    const { id } = await begin(key, { plan: { tasks: [{ ...ask, on_error: 'skip' }, last] } })
    await post(key, `/v1/runs/${id}/tasks/ask/reject`, { comment: '不必' })
    const all = await ended(key, id)
    expect(all).toMatchObject({ status: 'succeeded', partial: false })
    expect(statusesOf(all)).toEqual({ ask: 'skipped', last: 'skipped' })
    expect(await (await get(key, `/v1/runs/${id}/artifacts/ask`)).json()).toEqual({
      approved: false,
      comment: '不必',
    })
  })
})
