import { expect, it } from 'vitest'
import type { CollaborationWish } from '../../../src/core/collaboration.ts'
import { recordedWish, recordedWishOf } from '../../../src/http/recorded-wish.ts'

const WISH: CollaborationWish = {
  pattern: 'panel',
  cascade: { models: ['a', 'b'], threshold: 0.5, samples: 2, verifier: 'c' },
  panel: { size: 3, models: ['a'], mixed: false, aggregation: 'vote', judge: 'b', report: true },
  verify: { checks: [{ kind: 'arithmetic' }], judge: 'd', maxRetries: 2 },
}
const reread = (wish: CollaborationWish) =>
  recordedWish.parse(JSON.parse(JSON.stringify(recordedWishOf(wish))))

it('records what is wished so that it can be read again', () => {
  expect(reread(WISH)).toEqual(WISH)
  const panel = { minSuccessful: 2, maxConcurrent: 3, roundTimeoutMs: 4 }
  for (const wish of [{}, { verify: {} }, { pattern: 'single' as const, panel }]) {
    expect(reread(wish)).toEqual(wish)
  }
})

it('records no words of whoever wishes', () => {
  const rubric = 'secret'
  const checks = [
    { kind: 'schema' as const, schema: { const: 'secret' } },
    { kind: 'regex' as const, pattern: 'secret', mustMatch: false },
  ]
  const kept = reread({ panel: { rubric, size: 3 }, verify: { rubric, checks } })
  expect(kept).toEqual({
    panel: { size: 3 },
    verify: {
      checks: [
        { kind: 'schema', schema: null },
        { kind: 'regex', pattern: '', mustMatch: false },
      ],
    },
  })
})
