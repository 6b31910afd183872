/**
 * How well personal data is found, and what it costs: `npm run bench:pii -- <pii.jsonl.gz>`. The sentences are Presidio's
 * synthetic ones (microsoft/presidio-research, MIT). Without them only the cost is measured.
 */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { PII_ENTITIES, type PiiEntity } from '../../src/core/guardrails.ts'
import { findPii } from '../../src/guard/pii/find-pii.ts'

const [, , file] = process.argv

const sentence = z.object({
  text: z.string(),
  template: z.int(),
  spans: z.array(z.tuple([z.string(), z.int(), z.int()])),
})
type Sentence = z.infer<typeof sentence>

/** The data's kinds by ours. */
const KINDS: Readonly<Partial<Record<PiiEntity, string>>> = {
  email: 'EMAIL_ADDRESS',
  phone: 'PHONE_NUMBER',
  credit_card: 'CREDIT_CARD',
  iban: 'IBAN_CODE',
  us_ssn: 'US_SSN',
  ip_address: 'IP_ADDRESS',
  url: 'DOMAIN_NAME',
}

type Score = {
  there: number
  found: number
  claimed: number
  right: number
  missed: string[]
  wrong: string[]
}

/** A span counts as found where a find of its kind overlaps it, and a find as right the other way round. */
function scoreOf(sentences: readonly Sentence[], entity: PiiEntity): Score {
  const score: Score = { there: 0, found: 0, claimed: 0, right: 0, missed: [], wrong: [] }
  for (const { text, spans } of sentences) {
    const truth = spans.filter(([kind]) => kind === KINDS[entity])
    const finds = findPii(text, PII_ENTITIES).filter((find) => find.entity === entity)
    for (const [, start, end] of truth) {
      score.there++
      if (finds.some((find) => find.start < end && start < find.end)) score.found++
      else score.missed.push(text.slice(Math.max(0, start - 30), end + 10))
    }
    for (const { start, end } of finds) {
      score.claimed++
      if (truth.some(([, from, to]) => from < end && start < to)) score.right++
      else score.wrong.push(text.slice(Math.max(0, start - 30), end + 10))
    }
  }
  return score
}

function tell(name: string, sentences: readonly Sentence[]): void {
  console.log(`\n${name}: ${sentences.length} sentences`)
  console.log('entity          spans  recall  finds  precision')
  for (const entity of PII_ENTITIES) {
    const { there, found, claimed, right, missed, wrong } = scoreOf(sentences, entity)
    const cells = [entity.padEnd(14), String(there).padStart(6), share(found, there).padStart(7)]
    console.log([...cells, String(claimed).padStart(6), share(right, claimed).padStart(10)].join(' '))
    if (process.argv.includes('--examples')) {
      for (const miss of missed) console.log(`    missed ${JSON.stringify(miss)}`)
      for (const one of wrong) console.log(`    wrong  ${JSON.stringify(one)}`)
    }
  }
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : (part / whole).toFixed(3)
}

function tellCost(name: string, text: string): void {
  for (let i = 0; i < 200; i++) findPii(text, PII_ENTITIES)
  const times = Array.from({ length: 300 }, () => {
    const began = performance.now()
    findPii(text, PII_ENTITIES)
    return performance.now() - began
  }).sort((a, b) => a - b)
  const at = (rank: number) => (times[Math.floor(times.length * rank)] ?? 0).toFixed(3)
  console.log(`${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, all kinds at once`)
}

const CHARS = 10_240

if (file !== undefined) {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const sentences = lines.map((line) => sentence.parse(JSON.parse(line)))
  // By template: the detectors' patterns must hold for sentences of another make as well.
  tell(
    'two thirds of the templates',
    sentences.filter(({ template }) => template % 3 !== 0),
  )
  tell(
    'the other third',
    sentences.filter(({ template }) => template % 3 === 0),
  )
  console.log()
  tellCost(
    '10 KiB of such sentences',
    sentences
      .map(({ text }) => text)
      .join('\n')
      .slice(0, CHARS),
  )
} else console.log('No file of sentences is named: only the cost is measured')
tellCost(
  '10 KiB of prose without any',
  'The quick brown fox jumps over the lazy dog. '.repeat(300).slice(0, CHARS),
)
