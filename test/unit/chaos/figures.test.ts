import { describe, expect, it } from 'vitest'
import { decideFault, faultScript, scripted } from '../../../src/dev/hosts/faults.ts'
import { AFTER_CONTENT, BEFORE_CONTENT, mixedFaults } from '../../chaos/faults.ts'
import { quantile, rankError } from '../../chaos/figures.ts'
import { hostsOf, MODELS } from '../../chaos/stand.ts'

const HUNDRED = Array.from({ length: 100 }, (_, at) => at)

describe('rankError', () => {
  it('is nothing for the quantile itself', () => {
    for (const share of [0.01, 0.5, 0.95]) {
      expect(rankError(HUNDRED, quantile(HUNDRED, share), share)).toBeCloseTo(0)
    }
  })

  it('counts how many values lie between', () => {
    expect(rankError(HUNDRED, 55.5, 0.5)).toBeCloseTo(0.06)
    expect(rankError(HUNDRED, 30.5, 0.5)).toBeCloseTo(0.19)
  })

  it('takes equal values for every rank that they have', () => {
    expect(rankError([1, 7, 7, 7, 7, 7, 7, 7, 7, 9], 7, 0.5)).toBe(0)
    expect(rankError([1, 7, 7, 7, 7, 7, 7, 7, 7, 9], 7, 0.95)).toBeCloseTo(0.05)
  })
})

describe('mixedFaults', () => {
  const model = MODELS.mixedFaults
  const script = faultScript.parse(mixedFaults(model, 0.3, [...BEFORE_CONTENT, ...AFTER_CONTENT]))
  const [call] = hostsOf(model)

  function faultsOf(calls: number): (object | null)[] {
    let left = script.map(scripted)
    return Array.from({ length: calls }, () => {
      const decided = decideFault(left, call ?? { host: '', model: '' })
      left = [...decided.script]
      return decided.fault
    })
  }

  it('fails the share of calls, in every way about as often', () => {
    const faults = faultsOf(5_000).filter((fault) => fault !== null)
    expect(faults.length / 5_000).toBeGreaterThan(0.29)
    expect(faults.length / 5_000).toBeLessThan(0.32)
    const counts = Map.groupBy(faults, (fault) => fault)
    const ways = BEFORE_CONTENT.length + AFTER_CONTENT.length
    expect(counts.size).toBe(ways)
    for (const { length } of counts.values()) expect(length).toBeGreaterThan((5_000 * 0.3) / ways / 2)
  })

  it('does not fail calls in long rows', () => {
    const rows = faultsOf(2_000)
      .map((fault) => (fault === null ? ' ' : 'x'))
      .join('')
    expect(Math.max(...rows.split(' ').map((row) => row.length))).toBeLessThan(9)
  })
})
