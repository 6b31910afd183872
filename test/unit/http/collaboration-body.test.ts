import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/collaborate/outcome.ts'
import { outcomeBody, recordedOutcome } from '../../../src/http/collaboration-body.ts'

const SECRET = 'marmalade'
const OUTCOME: Outcome = {
  pattern: 'fusion',
  aggregation: 'synthesis',
  answered: 2,
  of: 3,
  vote: [{ answer: SECRET, members: [1, 2], weight: 1.5 }],
  report: {
    consensus: [SECRET],
    contradictions: [{ topic: SECRET, positions: [{ members: [1], claim: SECRET }] }],
    uniquePoints: [{ member: 1, point: SECRET }],
    blindSpots: [SECRET],
    source: 'analyst',
  },
  notes: ['partial'],
  parts: [
    {
      role: 'member',
      number: 1,
      modelId: 'a/model',
      host: 'a',
      outcome: 'used',
      confidence: 0.7,
      checks: [{ check: 'arithmetic', passed: false, complaint: `"${SECRET}" is wrong` }],
    },
  ],
}

const guarded = (left: string | null) =>
  outcomeBody({ outcome: OUTCOME }, (text) => (text.includes(SECRET) ? left : text))?.collaboration_outcome

describe('outcomeBody', () => {
  it('tells words as guardrails leave them, and nothing that a draft came to', () => {
    const body = guarded('***')
    expect(JSON.stringify(body)).not.toContain(SECRET)
    expect(body).toMatchObject({
      vote: [{ answer: null, members: [1, 2] }],
      report: { consensus: ['***'], contradictions: [{ topic: '***', positions: [{ claim: '***' }] }] },
      parts: [{ checks: [{ complaint: '***' }] }],
    })
  })

  it('tells nothing of a report with anything in it that may not be told', () => {
    expect(guarded(null)).toMatchObject({ report: null, parts: [{ checks: [{ complaint: null }] }] })
  })
})

describe('recordedOutcome', () => {
  it('holds no word of an answer, which the caller is told', () => {
    expect(JSON.stringify(recordedOutcome({ outcome: OUTCOME }))).not.toContain(SECRET)
    expect(JSON.stringify(outcomeBody({ outcome: OUTCOME }, null)).split(SECRET)).toHaveLength(8)
  })

  it('tells who agreed, and what became of every part', () => {
    expect(recordedOutcome({ outcome: OUTCOME })?.collaboration_outcome).toMatchObject({
      pattern: 'fusion',
      partial: true,
      vote: [{ members: [1, 2], weight: 1.5 }],
      report: { source: 'analyst' },
      parts: [{ role: 'member', confidence: 0.7, checks: [{ check: 'arithmetic', passed: false }] }],
    })
  })

  it('is nothing where one model alone answered', () => {
    expect(recordedOutcome({ outcome: null })).toBeNull()
  })
})
