import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { upsertFeedback } from '../../src/db/feedback.ts'
import worker from '../../src/worker.ts'
import { ALONE, askedIn, crewAt, HAIKU, MINI, MODELS, readCrew } from './crew.ts'
import { ask, chat, db, decisionIdOf, type Key, mintKey, post, recorded, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const SUM = [{ role: 'user', content: 'What is 17 * 23? Give only the number.' }]
const topologyOf = (answer: Response) => answer.headers.get('x-switchyard-topology')

describe('a rule', () => {
  const panel = { pattern: 'panel', panel: { models: MODELS, aggregation: 'vote' } }
  const rules = [{ id: 'sums', when: { signal: 'task_type', eq: 'math' }, then: { collaboration: panel } }]

  it('has several answer what it is about, and nothing else', async () => {
    const key = await tenantWith({ rules })
    const calls = crewAt('391')
    const sum = await chat(key, 'auto', { ...ALONE, messages: SUM })
    expect(topologyOf(sum)).toBe('panel')
    expect(askedIn(calls)).toHaveLength(3)
    expect((await readCrew(sum)).said).toBe('391')
    expect(topologyOf(await chat(key, 'auto', ALONE))).toBeNull()
    expect(calls).toHaveLength(4)
  })

  it('is tried on what was decided before, panels among it', async () => {
    const key = await tenantWith({ rules })
    crewAt('391')
    const asked = [
      await chat(key, 'auto', { ...ALONE, messages: SUM }),
      await chat(key, 'switchyard/panel', { ...ALONE, plugins: [{ id: 'panel', models: MODELS }] }),
      await chat(key, 'auto', ALONE),
    ]
    const ids = asked.map(decisionIdOf)
    for (const id of ids) await recorded(key, id)
    const replayed = z.object({
      replay: z.object({
        decisions: z.number(),
        changed: z.number(),
        skipped: z.record(z.string(), z.number()),
        refused: z.object({ before: z.number(), after: z.number() }),
      }),
    })
    const dry = async (document: object) =>
      replayed.parse(await (await post(key, '/v1/config/dry-run', document)).json()).replay
    const same = await dry({ rules })
    expect(same).toMatchObject({ decisions: 3, changed: 0, refused: { before: 0, after: 0 } })
    expect(Object.values(same.skipped).every((count) => count === 0)).toBe(true)
    expect(await dry({})).toMatchObject({ decisions: 3, changed: 1 })
    const simulated = await post(key, '/v1/policies/simulate', { policy: { cost_quality_tradeoff: 9 } })
    // What several made says nothing of what one model would have come to.
    expect(await simulated.json()).toMatchObject({ decisions: { read: 3, replayed: 1 } })
  })
})

describe('what nobody asked for', () => {
  const plugins = [
    { id: 'auto-router', allowed_models: ['openai/gpt-4.1-nano', MINI, 'anthropic/claude-opus-4.5'] },
  ]
  const unasked = { patterns: ['cascade', 'panel'], min_gain: 0, max_cost_ratio: 3 }
  const asked = { provider: { only: ALONE.provider.only }, plugins, messages: SUM }

  it('is done where it pays and the tenant lets it', async () => {
    crewAt('391')
    const willing = await tenantWith({ policy: { collaboration: { unasked } } })
    expect(topologyOf(await chat(willing, 'auto', asked))).toBe('cascade')
    const dear = { ...asked, plugins: [{ ...plugins[0], cost_quality_tradeoff: 10 }] }
    expect(topologyOf(await chat(willing, 'auto', dear))).toBeNull()
    expect(topologyOf(await chat(willing, MINI, { ...ALONE, messages: SUM }))).toBeNull()
  })

  it('is only recommended to who does not let it happen', async () => {
    crewAt('391')
    const key = await mintKey()
    const answer = await chat(key, 'auto', asked)
    expect(topologyOf(answer)).toBeNull()
    const { decision } = await recorded(key, decisionIdOf(answer))
    expect(JSON.parse(decision.detail)).toMatchObject({
      topology: 'cascade',
      topology_advice: { acted: 'single' },
    })
  })
})

const opinionOn = async (key: Key, answer: Response) => {
  const decision_id = decisionIdOf(answer)
  expect((await post(key, '/v1/feedback', { decision_id, score: 0 })).status).toBe(200)
  const kept = 'select predicted, confidence from feedback where decision_id = ?'
  return env.DB.prepare(kept).bind(decision_id).first()
}

describe('feedback', () => {
  it('on a cascade’s answer is kept with how far that was trusted, on a panel’s with nothing', async () => {
    const key = await mintKey()
    crewAt('Hello.')
    const cascade = [{ id: 'cascade', models: [MINI, HAIKU], threshold: 0.1, samples: 0 }]
    const one = await chat(
      key,
      'auto',
      { ...ALONE, plugins: cascade },
      { 'x-switchyard-metadata': 'enabled' },
    )
    const { outcome } = await readCrew(one.clone())
    const kept = outcome?.parts.find((part) => part.outcome === 'kept')
    expect(kept?.confidence).toBeGreaterThan(0.1)
    expect(await opinionOn(key, one)).toEqual({ predicted: null, confidence: kept?.confidence })
    const several = await chat(key, 'auto', { ...ALONE, plugins: [{ id: 'panel', models: MODELS }] })
    expect(await opinionOn(key, several)).toEqual({ predicted: null, confidence: null })
  })

  it('that finds trusted drafts wrong makes cascades of this tenant more careful', async () => {
    const [burnt, other] = [await mintKey(), await mintKey()]
    for (let at = 0; at < 40; at += 1) {
      await upsertFeedback(db, {
        tenantId: burnt.tenantId,
        decisionId: `dec_${burnt.tenantId}_${at}`,
        source: 'api',
        idempotencyKey: null,
        model: MINI,
        taskType: 'math',
        confidence: 0.9,
        predicted: null,
        score: 0.2,
        verdict: null,
        comment: null,
        createdAt: Date.now(),
      })
    }
    const context = createExecutionContext()
    await worker.scheduled(createScheduledController({ cron: '*/10 * * * *' }), { ...env }, context)
    await waitOnExecutionContext(context)
    const planned = z.object({
      collaboration: z.object({ stages: z.array(z.object({ threshold: z.number().nullable() })) }),
    })
    const thresholdFor = async (key: Key) => {
      const decided = await (
        await post(key, '/v1/route', ask('switchyard/cascade', { messages: SUM }))
      ).json()
      return z.number().parse(planned.parse(decided).collaboration.stages[0]?.threshold)
    }
    expect(await thresholdFor(burnt)).toBeGreaterThan(await thresholdFor(other))
  })
})
