import { afterEach, describe, expect, it, vi } from 'vitest'
import { ALONE, crewAt, type Hosts, MINI, MODELS, readCrew, sentIn } from './crew.ts'
import { chat, contentOf, decisionIdOf, eventsOf, get, recorded, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const METADATA = { 'x-switchyard-metadata': 'enabled' }
const PANEL = { plugins: [{ id: 'panel', models: MODELS, aggregation: 'vote' }], ...ALONE }
const FUSION = { plugins: [{ id: 'fusion', models: MODELS, judge: MINI }], ...ALONE }
const question = (content: string) => ({ messages: [{ role: 'user', content }] })
const MAIL = question('What is the mail address of Jo? Give only the address.')
const guarded = (...guardrails: readonly object[]) => tenantWith({ guardrails })
const MASKS = { id: 'pii', kind: 'pii', on: ['output'], action: 'mask' }
const BLOCKS = {
  id: 'project',
  kind: 'keywords',
  on: ['output'],
  action: 'block',
  words: ['project x', '机密'],
}

const DRAFT = 'Write to jo@mail.example. Then wait for a day or two, and call the office if nobody answers.'

const REPORT = (consensus: string) =>
  JSON.stringify({ consensus: [consensus], contradictions: [], unique_points: [], blind_spots: ['none'] })

/** Members say one thing; the analyst and the writer, who are OpenAI's, another each. */
const fusing = (drafts: string, report: string, written: string, others: Hosts = {}) =>
  crewAt(
    (call) => {
      const sent = sentIn(call)
      if (sent.includes('blind_spots') && sent.includes('You compare answers')) return report
      return sent.includes('Now write the one answer') ? written : drafts
    },
    drafts,
    drafts,
    others,
  )

describe('what guardrails keep from an answer', () => {
  it.each([false, true])('is told of no draft of a voted one (stream: %s)', async (stream) => {
    const key = await guarded(MASKS)
    crewAt('jo@mail.example')
    const answer = await chat(key, 'switchyard/panel', { ...PANEL, ...MAIL, stream }, METADATA)
    const copy = answer.clone()
    if (stream) expect(contentOf(await eventsOf(answer))).toBe('[EMAIL]')
    else expect((await readCrew(answer)).said).toBe('[EMAIL]')
    const body = await copy.text()
    expect(body).not.toMatch(/mail.example/)
    expect(body).toContain('"vote":[{"answer":null,"members":[1,2')
    const id = decisionIdOf(answer)
    const { decision } = await recorded(key, id)
    expect(decision.detail).not.toMatch(/mail.example/)
    expect(decision.detail).toContain('"vote":[{"members":[1,2')
    expect(await (await get(key, `/v1/decisions/${id}`)).text()).not.toMatch(/mail.example/)
  })

  it('is written over in a report too', async () => {
    const key = await guarded(MASKS)
    fusing(DRAFT, REPORT('All say jo@mail.example'), 'It is jo@mail.example!')
    const answer = await chat(key, 'switchyard/fusion', { ...FUSION, ...question('How do I reach Jo?') })
    const { said, outcome } = await readCrew(answer)
    expect(said).toBe('It is [EMAIL]!')
    expect(outcome?.report).toMatchObject({ consensus: ['All say [EMAIL]'], source: 'analyst' })
    expect((await recorded(key, decisionIdOf(answer))).decision.detail).not.toContain('mail.example')
  })

  it('is written over in what is streamed while it is written', async () => {
    const key = await guarded(MASKS)
    fusing(DRAFT, REPORT('All say jo@mail.example'), 'It is jo@mail.example!')
    const fields = { ...FUSION, ...question('How do I reach Jo?'), stream: true }
    const events = await eventsOf(await chat(key, 'switchyard/fusion', fields))
    expect(contentOf(events)).toBe('It is [EMAIL]!')
    expect(JSON.stringify(events)).toContain('All say [EMAIL]')
    expect(JSON.stringify(events)).not.toContain('mail.example')
  })

  it.each([false, true])('leaves no report where that is blocked (stream: %s)', async (stream) => {
    const key = await guarded(BLOCKS)
    fusing(
      'It goes well. There is more to do than we thought, and all of it takes its time.',
      REPORT('They say Project X 机密'),
      'We call it Project X.',
    )
    const fields = { ...FUSION, ...question('What do you work on?'), stream }
    const answer = await chat(key, 'switchyard/fusion', fields, METADATA)
    const text = await answer.text()
    expect(text).toContain('"finish_reason":"content_filter"')
    expect(text).not.toMatch(/project x|机密/i)
    expect(text).toContain('"report":null')
    expect((await recorded(key, decisionIdOf(answer))).decision.detail).not.toMatch(/project x|机密/i)
  })

  it('is not told by a check that found an answer wrong', async () => {
    const key = await guarded({
      id: 'sums',
      kind: 'regex',
      on: ['output'],
      action: 'mask',
      patterns: ['4711'],
    })
    crewAt('Because 4711 + 1 = 4000, it is done.')
    const fields = { ...ALONE, plugins: [{ id: 'verify', checks: ['arithmetic'], max_retries: 0 }] }
    const answer = await chat(key, MINI, fields, METADATA)
    const text = await answer.text()
    expect(text).toContain('[PATTERN] + 1 = 4000')
    expect(text).toContain('checks_failed')
    expect(text).not.toContain('4711')
  })

  it('is found by a checker outside, who is asked about the one answer', async () => {
    const checker = {
      id: 'checker',
      kind: 'webhook',
      on: ['output'],
      action: 'mask',
      url: 'https://checker.example/',
    }
    const key = await guarded(checker)
    const asked: unknown[] = []
    fusing(DRAFT, REPORT('All say jo@mail.example'), 'It is jo@mail.example!', {
      'checker.example': ({ body }) => {
        asked.push(body)
        return Response.json({ verdict: 'mask', found: ['mail'], text: 'It is secret!' })
      },
    })
    const { said, outcome } = await readCrew(
      await chat(key, 'switchyard/fusion', { ...FUSION, ...question('Jo?') }),
    )
    expect(said).toBe('It is secret!')
    expect(asked).toMatchObject([{ on: 'output', text: 'It is jo@mail.example!' }])
    expect(outcome?.report).toBeNull()
  })

  it('is told where guardrails only report', async () => {
    const key = await guarded({ ...MASKS, action: 'report' })
    crewAt('jo@mail.example')
    const { outcome } = await readCrew(await chat(key, 'switchyard/panel', { ...PANEL, ...MAIL }, METADATA))
    expect(outcome?.vote?.[0]?.answer).toContain('mail')
  })
})
