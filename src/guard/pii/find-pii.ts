import type { PiiEntity } from '../../core/guardrails.ts'
import { findCryptoWallets, findIbans } from './accounts.ts'
import { findEmails, findIpAddresses, findUrls } from './addresses.ts'
import { findCards } from './card.ts'
import {
  findCnIdCards,
  findHkIdCards,
  findTwIdCards,
  findUkNhs,
  findUsItins,
  findUsPassports,
  findUsSsns,
} from './national-ids.ts'
import { findPhones } from './phone.ts'
import { digitRuns } from './digit-runs.ts'
import type { Detector, PiiMatch } from './span.ts'

/**
 * By how much a find says of itself: where two overlap, the one that comes first here stands. Names and postal addresses
 * are not there: without a model they would be found by guessing.
 */
const RANKED: readonly { entity: PiiEntity; find: Detector }[] = [
  { entity: 'url', find: findUrls },
  { entity: 'email', find: findEmails },
  { entity: 'iban', find: findIbans },
  { entity: 'crypto_wallet', find: findCryptoWallets },
  { entity: 'cn_id_card', find: findCnIdCards },
  { entity: 'credit_card', find: findCards },
  { entity: 'tw_id_card', find: findTwIdCards },
  { entity: 'hk_id_card', find: findHkIdCards },
  { entity: 'us_itin', find: findUsItins },
  { entity: 'us_ssn', find: findUsSsns },
  { entity: 'uk_nhs', find: findUkNhs },
  { entity: 'us_passport', find: findUsPassports },
  { entity: 'ip_address', find: findIpAddresses },
  { entity: 'phone', find: findPhones },
]

/** Personal data of some kinds, from left to right, none within another. */
export function findPii(text: string, entities: readonly PiiEntity[]): PiiMatch[] {
  const runs = digitRuns(text)
  const found = RANKED.flatMap(({ entity, find }, rank) =>
    entities.includes(entity) ? find(text, runs).map(({ start, end }) => ({ start, end, entity, rank })) : [],
  )
  const kept: typeof found = []
  for (const match of found.sort((a, b) => a.start - b.start || a.rank - b.rank)) {
    const last = kept.at(-1)
    if (!last || last.end <= match.start) kept.push(match)
    else if (match.rank < last.rank) kept[kept.length - 1] = match
  }
  return kept.map(({ start, end, entity }) => ({ start, end, entity }))
}
