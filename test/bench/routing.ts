/**
 * `npm run bench:routing -- [folder] [id,…]`: routing by predicted outcomes on sets of real ones, against constants,
 * mixes, nearest neighbours and the oracle; at the end what a release claims, and whether it holds.
 */
import { measureOnline } from './online-replay.ts'
import { measureForeign } from './routing-foreign.ts'
import { type ManyModels, measureManyModels } from './routing-many-models.ts'
import { percent, points, printVerdicts, type Verdict } from './routing-table.ts'
import { measureTaskTypes } from './routing-task-type.ts'
import { measureCold, measureTwoModels } from './routing-two-models.ts'

const SETS = { M1: 'mix7', M3: 'mmlu_pro', M4: 'llmrouter_ulab', M5: 'zeroeval', M6: 'bfcl' }
/** Per set: the share saved at a slack of 1 %, and the difference in quality that goes with it. */
const MUST = {
  M1: { saving: 0.65, difference: -0.003 },
  M3: { saving: 0.5, difference: 0 },
  M4: { saving: 0.68, difference: -0.01 },
  M5: { saving: 0.45, difference: -0.01 },
  M6: { saving: 0.8, difference: -0.01 },
}
const M2_SAVING = 0.2
const M4_AT_EQUAL_COST = 0.035
const MAX_CALIBRATION_ERROR = 0.05
const MAX_BYTES = 150 * 1_024
const MAX_DECISION_MS = 0.3
/** Random orders of a stream. */
const ORDERS = 10

const [, , folder = new URL('../../../shared/data', import.meta.url).pathname, only] = process.argv
const wanted = only?.split(',')
const isWanted = (id: string) => wanted === undefined || wanted.includes(id)

const verdicts: Verdict[] = []
if (isWanted('R1')) verdicts.push(measureTwoModels(folder, 'R1'))
if (isWanted('R2')) verdicts.push(measureTwoModels(folder, 'R2'))
if (isWanted('R3')) verdicts.push(measureCold(folder))
const measured = new Map<string, ManyModels>()
for (const id of ['M1', 'M3', 'M4', 'M5', 'M6'] as const) {
  if (!isWanted(id) && !(id === 'M1' && isWanted('M2'))) continue
  const found = measureManyModels(folder, id, SETS[id])
  measured.set(id, found)
  verdicts.push(savingVerdict(id, found))
  if (id === 'M1') verdicts.push(hindsightVerdict(found))
}
if (isWanted('O1')) verdicts.push(measureForeign(folder))
if (isWanted('T1')) verdicts.push(measureTaskTypes(folder))
if (measured.size > 0) verdicts.push(calibrationVerdict(), sizeVerdict())
if (isWanted('L1')) verdicts.push(measureOnline(folder, ORDERS))
printVerdicts(verdicts)

function savingVerdict(id: keyof typeof MUST, { ours, atEqualCost }: ManyModels): Verdict {
  const must = MUST[id]
  const { saving, difference } = ours.at(-1) ?? { saving: 0, difference: 0 }
  const isM4 = id === 'M4'
  return {
    id,
    must: `saves ≥ ${percent(must.saving)}, quality ≥ ${points(must.difference)}${isM4 ? `; ${points(M4_AT_EQUAL_COST)} at equal cost` : ''}`,
    measured: `${percent(saving)}, ${points(difference)}${isM4 ? `; ${points(atEqualCost)}` : ''}`,
    holds:
      saving >= must.saving && difference >= must.difference && (!isM4 || atEqualCost >= M4_AT_EQUAL_COST),
  }
}

function hindsightVerdict({ againstHindsight }: ManyModels): Verdict {
  return {
    id: 'M2',
    must: `saves ≥ ${percent(M2_SAVING)} against the best in hindsight`,
    measured: percent(againstHindsight),
    holds: againstHindsight >= M2_SAVING,
  }
}

function calibrationVerdict(): Verdict {
  const found = [...measured].map(([id, { calibration }]) => ({ id, ...calibration }))
  return {
    id: 'C1',
    must: `mean over models ≤ ${MAX_CALIBRATION_ERROR}`,
    measured: found
      .map(({ id, error, perfect }) => `${id} ${error.toFixed(3)} (luck ${perfect.toFixed(3)})`)
      .join(', '),
    holds: found.every(({ error }) => error <= MAX_CALIBRATION_ERROR),
  }
}

function sizeVerdict(): Verdict {
  const bytes = Math.max(...[...measured.values()].map((found) => found.bytes))
  const decisionMs = Math.max(...[...measured.values()].map((found) => found.decisionMs))
  return {
    id: 'S1',
    must: `≤ ${MAX_BYTES / 1_024} KB; ≤ ${MAX_DECISION_MS} ms`,
    measured: `${(bytes / 1_024).toFixed(0)} KB; ${decisionMs.toFixed(2)} ms, in Node`,
    holds: bytes <= MAX_BYTES && decisionMs <= MAX_DECISION_MS,
  }
}
