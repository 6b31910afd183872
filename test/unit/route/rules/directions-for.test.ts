import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { directionsFor, headersRead } from '../../../../src/route/rules/directions-for.ts'
import type { Signals } from '../../../../src/route/rules/signals.ts'
import { demand } from '../builders.ts'
import { configOf, signals, texts } from './signals.ts'

const rule = (id: string, when: object, then: object = {}, rest: object = {}) => ({ id, when, then, ...rest })
const ALWAYS = { signal: 'input_tokens', gte: 0 }
const NEVER = { signal: 'input_tokens', lt: 0 }

/** Whether a rule of this condition matches. */
function holds(when: object, seen: Partial<Signals> = {}): boolean {
  return directionsFor(configOf({ rules: [rule('it', when)] }), signals(seen)).rule === 'it'
}

describe('a condition', () => {
  it.each<[when: object, seen: Partial<Signals>, held: boolean]>([
    [{ signal: 'task_type', eq: 'code' }, { demand: demand({ taskType: 'code' }) }, true],
    [{ signal: 'task_type', in: ['math', 'chat'] }, {}, true],
    [{ signal: 'task_type', ne: 'chat' }, {}, false],
    [{ signal: 'tier', gte: 'MEDIUM' }, { demand: demand({ tier: 'REASONING' }) }, true],
    [{ signal: 'tier', lt: 'MEDIUM' }, {}, false],
    [{ signal: 'tier', between: ['SIMPLE', 'MEDIUM'] }, {}, true],
    [{ signal: 'language', starts_with: 'ZH' }, { demand: demand({ language: 'zh-Hant' }) }, true],
    [{ signal: 'difficulty', gt: 0.3, lte: 0.4 }, {}, true],
    [{ signal: 'difficulty', gt: 0.4 }, {}, false],
    [{ signal: 'input_tokens', between: [1_000, 2_000] }, {}, true],
    [{ signal: 'input_tokens', not_in: [1_000] }, {}, false],
    [{ signal: 'expected_output_tokens', eq: 500 }, {}, true],
    [{ signal: 'modalities', contains: 'image' }, {}, false],
    [{ signal: 'modalities', contains_any: ['image', 'text'] }, {}, true],
    [{ signal: 'needs', contains: 'tools' }, { demand: demand({ needs: ['tools'] }) }, true],
    [{ signal: 'has_tools', eq: true }, {}, false],
    [{ signal: 'stream', ne: true }, {}, true],
    [{ signal: 'model', eq: 'Auto' }, {}, true],
    [{ signal: 'user', eq: 'Ann' }, { user: 'ann' }, false],
    [{ signal: 'user', ne: 'ann' }, {}, true],
    [{ signal: 'user', starts_with: 'a' }, {}, false],
    [{ signal: 'session', exists: true }, {}, false],
    [{ signal: 'session', exists: true }, { session: 's' }, true],
    [{ signal: 'session', exists: false }, {}, true],
    [{ signal: 'key', ends_with: '_1' }, {}, true],
    [{ signal: 'region', eq: 'eu' }, { region: 'EU' }, true],
    [{ signal: 'metadata.plan', eq: 'gold' }, { metadata: { plan: 'gold' } }, true],
    [{ signal: 'metadata.plan', eq: 'gold' }, {}, false],
    [{ signal: 'metadata.constructor', exists: true }, {}, false],
    [{ signal: 'header.X-Team', contains: 'RED' }, { headers: { 'x-team': 'infra-red' } }, true],
    [{ signal: 'hour', eq: 23 }, {}, true],
    [{ signal: 'hour', eq: 7, timezone: 'Asia/Taipei' }, {}, true],
    [{ signal: 'weekday', eq: 'thu' }, {}, true],
    [{ signal: 'weekday', between: ['mon', 'fri'], timezone: 'Asia/Taipei' }, {}, true],
    [{ signal: 'weekday', gt: 'thu' }, {}, false],
    [{ signal: 'date', gte: '2026-12-24' }, {}, true],
    [{ signal: 'date', eq: '2026-12-25', timezone: 'Asia/Taipei' }, {}, true],
    [{ signal: 'date', lt: '2026-12-24' }, {}, false],
    [{ signal: 'text', contains: 'Refund' }, { texts: texts('I want a REFUND now') }, true],
    [{ signal: 'text', contains_any: ['發票', '退款'] }, { texts: texts('我要退款') }, true],
    [{ signal: 'text', contains_any: ['a', 'b'] }, { texts: texts('') }, false],
    [{ signal: 'text', matches: '\\border #?\\d{4}' }, { texts: texts('My ORDER #1234') }, true],
    [{ signal: 'text', matches: '^x' }, { texts: texts('') }, false],
    [{ signal: 'metadata.id', matches: '^[A-Z]+$' }, { metadata: { id: 'abc' } }, false],
    [{ signal: 'system_text', starts_with: 'you are' }, { texts: texts('', 'You are terse.') }, true],
  ])('%j', (when, seen, held) => {
    expect(holds(when, seen)).toBe(held)
    expect(holds({ not: when }, seen)).toBe(!held)
  })

  it('joins others', () => {
    expect(holds({ all: [ALWAYS, NEVER] })).toBe(false)
    expect(holds({ any: [NEVER, ALWAYS] })).toBe(true)
    expect(holds({ all: [ALWAYS, { not: { any: [NEVER, { not: ALWAYS }] } }] })).toBe(true)
  })
})

const shares = (percent: number) => ({
  rules: [rule('new', ALWAYS, {}, { percent }), rule('other', ALWAYS, {}, { percent: 50 })],
})

/** Which of both matches a session. */
function matched(percent: number, session: number): string | null {
  const seen = signals({ session: `s${session}`, requestId: `${percent} ${session}` })
  return directionsFor(configOf(shares(percent)), seen).rule
}

describe('directionsFor', () => {
  it('takes the first rule that matches, higher priorities first, equal ones as they are written', () => {
    const config = configOf({
      rules: [
        rule('never', NEVER, { model: 'a' }, { priority: 9 }),
        rule('low', ALWAYS, { model: 'b' }, { priority: -1 }),
        rule('off', ALWAYS, { model: 'c' }, { priority: 5, enabled: false }),
        rule('first', ALWAYS, { model: 'd' }),
        rule('second', ALWAYS, { model: 'e' }),
      ],
    })
    expect(directionsFor(config, signals())).toMatchObject({ rule: 'first', route: null, block: null })
    expect(directionsFor(config, signals()).directions[0]).toEqual({ model: 'd' })
  })

  it('puts the rule before the route, and that before the policy', () => {
    const config = configOf({
      aliases: { Help: 'route/desk' },
      routes: { desk: { min_quality: 0.5 } },
      rules: [rule('it', { signal: 'model', eq: 'help' }, { model: 'a' })],
      policy: { regions: ['eu'] },
    })
    expect(directionsFor(config, signals({ model: 'HELP' }))).toEqual({
      model: 'auto',
      directions: [{ model: 'a' }, { autoRouter: { minQuality: 0.5 } }, { regions: ['eu'] }],
      rule: 'it',
      route: 'desk',
      block: null,
      uncertain: false,
    })
  })

  it.each([
    ['mine', 'openai/gpt-5.1'],
    ['MINE:floor', 'openai/gpt-5.1:floor'],
    ['gpt-4o', 'auto:best'],
    ['other', 'other'],
  ])('knows %s as %s', (asked, meant) => {
    const config = configOf({ aliases: { mine: 'openai/gpt-5.1', 'GPT-4o': 'auto:best', auto: 'mine' } })
    expect(directionsFor(config, signals({ model: asked })).model).toBe(meant)
  })

  it('refuses a route that is not there', () => {
    expect(() => directionsFor(configOf({}), signals({ model: 'route/x' }))).toThrow(
      expect.objectContaining({ code: 'model_not_found', param: 'model' }),
    )
  })

  it('tells what blocks', () => {
    const config = configOf({ rules: [rule('no', ALWAYS, { block: { message: 'Not here' } })] })
    expect(directionsFor(config, signals()).block).toEqual({ message: 'Not here' })
  })

  it('gives a rule its share of sessions, the same ones each time, whatever shares other rules have', () => {
    const sessions = Array.from({ length: 1_000 }, (_, session) => session)
    const tenth = sessions.filter((session) => matched(10, session) === 'new')
    expect(tenth.length).toBeGreaterThan(60)
    expect(tenth.length).toBeLessThan(140)
    // Who was in stays in when the share grows.
    expect(tenth.filter((session) => matched(30, session) !== 'new')).toEqual([])
    const others = sessions.filter((session) => matched(0, session) === 'other')
    expect(others.length).toBeGreaterThan(400)
    expect(others.filter((session) => tenth.includes(session)).length).toBeLessThan(90)
  })

  it('goes by the user without a session, by the request without either', () => {
    const config = configOf({ rules: [rule('half', ALWAYS, {}, { percent: 50 })] })
    const of = (seen: Partial<Signals>) => directionsFor(config, signals(seen)).rule
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (user, one, other) => {
        expect(of({ user, requestId: one })).toBe(of({ user, requestId: other }))
        expect(of({ user: one, session: user })).toBe(of({ user: other, session: user }))
        expect(of({ requestId: user })).toBe(of({ user }))
      }),
    )
  })

  it('says where texts that are not known would have decided', () => {
    const reads = { signal: 'text', contains: 'x' }
    const of = (when: object) =>
      directionsFor(configOf({ rules: [rule('it', when), rule('last', ALWAYS)] }), signals({ texts: null }))
    expect(of(reads)).toMatchObject({ rule: 'last', uncertain: true })
    expect(of({ not: reads })).toMatchObject({ rule: 'last', uncertain: true })
    expect(of({ all: [reads, NEVER] })).toMatchObject({ rule: 'last', uncertain: false })
    expect(of({ any: [reads, ALWAYS] })).toMatchObject({ rule: 'it', uncertain: false })
  })
})

describe('headersRead', () => {
  it('finds every header that a rule looks at, once', () => {
    const team = { signal: 'header.x-team', exists: true }
    const { rules } = configOf({
      rules: [
        rule('a', { all: [team, { not: { any: [{ signal: 'header.User-Agent', contains: 'bot' }] } }] }),
        rule('b', team),
      ],
    })
    expect(headersRead(rules)).toEqual(['x-team', 'user-agent'])
  })
})
