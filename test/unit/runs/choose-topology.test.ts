import { describe, expect, it } from 'vitest'
import { STARTERS } from '../../../src/agents/starter-team.ts'
import {
  chooseTopology,
  type GoalFeatures,
  piecesIn,
  skilledFor,
} from '../../../src/runs/planning/choose-topology.ts'

const plain: GoalFeatures = {
  structure: { parallel: 1, depth: 1 },
  pieces: { lines: 1, apart: 1 },
  skilled: ['writer'],
  isSimple: false,
  quality: 0.8,
  agents: 6,
  areNamed: false,
}
const chosen = (said: Partial<GoalFeatures>) => chooseTopology({ ...plain, ...said }).topology
const TEAM = [...STARTERS.values()].map(({ card }) => card)

describe('chooseTopology', () => {
  it('plans what falls into parts, or calls for several skills', () => {
    expect(chosen({ skilled: ['researcher', 'coder', 'writer'] })).toBe('dag')
    expect(chosen({ skilled: ['researcher', 'writer'], structure: { parallel: 2, depth: 1 } })).toBe('dag')
    expect(chosen({ skilled: ['researcher', 'writer'], pieces: { lines: 3, apart: 1 } })).toBe('dag')
    expect(chosen({ structure: { parallel: 4, depth: 1 } })).toBe('dag')
    expect(chosen({ pieces: { lines: 1, apart: 3 } })).toBe('dag')
  })

  it('leaves a plain question to one', () => {
    expect(chooseTopology(plain)).toEqual({
      topology: 'single',
      reason: 'it is one piece of work, and one model alone is expected to reach 0.80',
    })
    expect(chosen({ skilled: ['researcher', 'writer'] })).toBe('single')
    expect(chosen({ structure: { parallel: 4, depth: 1 }, isSimple: true })).toBe('single')
  })

  it('leaves steps that wait for each other to one, and says what teams lose there', () => {
    const { topology, reason } = chooseTopology({ ...plain, structure: { parallel: 1, depth: 5 } })
    expect(topology).toBe('single')
    expect(reason).toContain('39 % to 70 %')
    expect(reason).toContain('2512.08296')
  })

  it('needs less to ask several where one alone is weak', () => {
    const two = { structure: { parallel: 2, depth: 1 } }
    expect([chosen(two), chosen({ ...two, quality: 0.3 })]).toEqual(['single', 'dag'])
  })

  it('lets those who name agents have them, but for a simple question', () => {
    expect(chooseTopology({ ...plain, areNamed: true })).toEqual({
      topology: 'dag',
      reason: '6 agents were named for it',
    })
    expect(chosen({ areNamed: true, isSimple: true })).toBe('single')
  })

  it('plans nothing for one agent', () => {
    expect(chosen({ skilled: ['a', 'b', 'c'], agents: 1 })).toBe('single')
  })
})

describe('skilledFor', () => {
  it.each([
    [
      'Research the market for e-bikes, analyse the sales data, and write a report',
      ['researcher', 'data-engineer', 'writer'],
    ],
    ['先查找资料，然后撰写一篇关于茶的文章，最后校对', ['researcher', 'writer', 'reviewer']],
    ['調查競爭對手，分析數據', ['researcher', 'data-engineer']],
    ['Fix the bug in this function', ['coder']],
    ['What is the capital of France?', []],
  ])('says whom the clauses of “%s” call for', (goal, agents) => {
    expect(skilledFor(goal, TEAM)).toEqual(agents)
  })
})

describe('piecesIn', () => {
  it('counts lines of lists, and what is to be done apart', () => {
    expect(piecesIn('Do this:\n1. Find it\n2) Fix it\n- Say so')).toEqual({ lines: 3, apart: 1 })
    expect(piecesIn('分别介绍北京、上海和深圳。')).toEqual({ lines: 1, apart: 3 })
    expect(piecesIn('Describe A, B and C separately.\nThanks, all')).toEqual({ lines: 1, apart: 3 })
    expect(piecesIn('x, y, z')).toEqual({ lines: 1, apart: 1 })
    expect(piecesIn('- a\n'.repeat(500)).lines).toBe(16)
  })
})
