import { describe, expect, it } from 'vitest'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'

describe('limits in a configuration', () => {
  it('are read as rules, money in micro-USD', () => {
    const limits = [
      { per: 'tenant', max_budget_usd: 100, soft_budget_usd: 80, budget_duration: '1mo' },
      { per: 'model', match: 'openai/*', rpm: 60, tpm: 100_000, max_parallel_requests: 4, strict: true },
    ]
    expect(decodeConfig({ limits }).limits).toEqual([
      {
        per: 'tenant',
        match: null,
        limits: {
          budget: { maxMicroUsd: 100_000_000, softMicroUsd: 80_000_000, duration: '1mo' },
          requestsPerMinute: null,
          tokensPerMinute: null,
          parallel: null,
          strict: false,
        },
      },
      {
        per: 'model',
        match: 'openai/*',
        limits: {
          budget: null,
          requestsPerMinute: 60,
          tokensPerMinute: 100_000,
          parallel: 4,
          strict: true,
        },
      },
    ])
    expect(decodeConfig({}).limits).toEqual([])
  })

  it.each([
    [{ per: 'team', rpm: 1 }, 'limits[0].per'],
    [{ per: 'tenant', match: 'me', rpm: 1 }, 'limits[0].match'],
    [{ per: 'key' }, 'limits[0]'],
    [{ per: 'key', strict: true }, 'limits[0]'],
    [{ per: 'key', rpm: 1, rpd: 2 }, 'limits[0].rpd'],
    [{ per: 'key', max_budget_usd: 1, soft_budget_usd: 2 }, 'limits[0].soft_budget_usd'],
  ])('says where %j is wrong', (rule, path) => {
    expect(formFaults({ limits: [rule] }).map((fault) => fault.path)).toEqual([path])
  })
})
