import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ANALYST_TOKENS,
  analysisRequest,
  readReport,
  REPORT_LIMITS,
  reportOfVote,
} from '../../../src/collaborate/report.ts'
import { answerOf, asking, drafts } from './drafts.ts'

const three = drafts('It was 1914.', 'It was 1914.', 'It was 1918.')
const REPORT = {
  consensus: ['There was a war.'],
  contradictions: [
    {
      topic: 'When',
      positions: [
        { claim: '1914', answers: ['A', 'answer b'] },
        { claim: '1918', answers: ['C', 'Z'] },
      ],
    },
  ],
  unique_points: [{ answer: 'C', point: 'It ended.' }],
  blind_spots: ['Where'],
}
const read = (value: unknown) => readReport(answerOf(JSON.stringify(value)), three)

describe('analysisRequest', () => {
  it('asks for the four lists, about the drafts by letter', () => {
    const { output, sampling, tools } = analysisRequest(asking('When?'), three)
    expect(output).toMatchObject({
      schema: { required: ['consensus', 'contradictions', 'unique_points', 'blind_spots'] },
    })
    expect(JSON.stringify(output)).toContain('"enum":["A","B","C"]')
    expect({ sampling, tools }).toEqual({ sampling: { maxOutputTokens: ANALYST_TOKENS }, tools: [] })
  })
})

describe('readReport', () => {
  it('names drafts by their numbers', () => {
    expect(readReport(answerOf(`Here:\n\`\`\`json\n${JSON.stringify(REPORT)}\n\`\`\``), three)).toEqual({
      consensus: ['There was a war.'],
      contradictions: [
        {
          topic: 'When',
          positions: [
            { members: [1, 2], claim: '1914' },
            { members: [3], claim: '1918' },
          ],
        },
      ],
      uniquePoints: [{ member: 3, point: 'It ended.' }],
      blindSpots: ['Where'],
      source: 'analyst',
    })
  })

  it('leaves out what is about no draft, and what contradicts nothing', () => {
    const lonely = [
      {
        topic: 'When',
        positions: [
          { claim: '1914', answers: ['A'] },
          { claim: '1918', answers: ['Q'] },
        ],
      },
    ]
    const unknown = [{ answer: 'Q', point: 'Who knows' }, { answer: 'A' }, 'text']
    expect(read({ ...REPORT, contradictions: lonely, unique_points: unknown })).toMatchObject({
      contradictions: [],
      uniquePoints: [],
    })
  })

  it('is bounded, however much an analyst writes', () => {
    const many = Array.from({ length: 100 }, () => 'x'.repeat(10_000))
    const report = read({ consensus: many, blind_spots: many })
    expect(report?.consensus).toHaveLength(REPORT_LIMITS.items)
    expect(report?.blindSpots[0]).toHaveLength(REPORT_LIMITS.chars)
  })

  it('is none where nothing of use was said', () => {
    expect(read({ consensus: [], contradictions: 'none', unique_points: {}, blind_spots: null })).toBeNull()
    expect(readReport(answerOf('They mostly agree.'), three)).toBeNull()
    expect(read([1])).toBeNull()
  })

  it('never throws', () => {
    const mixed = fc.dictionary(
      fc.constantFrom('consensus', 'contradictions', 'unique_points', 'blind_spots'),
      fc.jsonValue(),
    )
    fc.assert(fc.property(mixed, (value) => void read(value)))
  })
})

describe('reportOfVote', () => {
  it('tells who says what', () => {
    const groups = [
      { answer: '1914', members: [1, 2], weight: 2 },
      { answer: '1918', members: [3], weight: 1 },
    ]
    expect(reportOfVote(groups, three)).toMatchObject({
      consensus: [],
      contradictions: [
        {
          positions: [
            { members: [1, 2], claim: '1914' },
            { members: [3], claim: '1918' },
          ],
        },
      ],
      source: 'vote',
    })
    expect(reportOfVote(groups.slice(0, 1), three)).toMatchObject({ consensus: ['1914'], contradictions: [] })
    expect(reportOfVote(groups.slice(1), three)).toMatchObject({ consensus: [], contradictions: [] })
  })
})
