import { describe, expect, it } from 'vitest'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { ownFormatFirst } from '../../../src/route/own-format.ts'
import { candidate, eligible, hostState, model } from './builders.ts'

const HOSTS = new Map([
  ['maker', hostState({ ownFormat: true })],
  ['reseller', hostState()],
  ['other', hostState()],
])
const claude = model('claude')
const qwen = model('qwen')

/** A candidate for so many micro-USD. */
function at(host: string, of: typeof claude, costMicroUsd: number | null): EligibleCandidate {
  const made = eligible({ host })
  const prediction = { ...made.prediction, costMicroUsd }
  return { ...made, candidate: { ...candidate({ host }), model: of }, prediction }
}

const named = (ranked: readonly EligibleCandidate[]) =>
  ranked.map(({ candidate: { model: of, offer } }) => `${of.id}@${offer.host}`)

describe('of the hosts of a model', () => {
  it('the one that speaks the caller’s protocol comes first, and nothing else moves', () => {
    const ranked = [
      at('reseller', claude, 5),
      at('other', qwen, 1),
      at('maker', claude, 5),
      at('reseller', qwen, 1),
    ]
    expect(named(ownFormatFirst(ranked, HOSTS))).toEqual([
      'claude@maker',
      'claude@reseller',
      'qwen@other',
      'qwen@reseller',
    ])
  })

  it('it does not when it costs more, or nobody knows what it costs', () => {
    const ranked = [at('reseller', claude, 5), at('maker', claude, 6)]
    expect(ownFormatFirst(ranked, HOSTS)).toEqual(ranked)
    const unknown = [at('reseller', claude, 5), at('maker', claude, null)]
    expect(ownFormatFirst(unknown, HOSTS)).toEqual(unknown)
  })
})
