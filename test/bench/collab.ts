/**
 * `npm run bench:collab -- [folder]`: several models on one answer. What a panel adds to its members' calls on workerd;
 * then, replayed on recorded outcomes, cascades and panels that vote against the best single model; at the end what a
 * release claims, and whether it holds. `-- overhead`: only the first.
 */
import { benchOverhead } from './collab-overhead.ts'
import { type Gain, measureCascade, measureToolCascade } from './collab-cascade.ts'
import { measurePanels } from './collab-panel.ts'
import { type CollabSet, onlyPrompts, prepareSet } from './collab-set.ts'
import { percent, points } from './routing-table.ts'

const SAVING = 0.35
const TOOL_SAVING = 0.45
const DIFFERENCE = -0.005

const [, , folder = new URL('../../../shared/data', import.meta.url).pathname] = process.argv

await benchOverhead()
if (folder !== 'overhead') replay(folder)

function replay(data: string): void {
  const sets = ['mix7', 'zeroeval', 'mmlu_pro'].map((name) => prepareSet(data, name))
  const claims = sets.flatMap((set) => claimOf(set.name, SAVING, measureCascade(set)))
  for (const set of sets.filter(({ name }) => name === 'mix7')) {
    claims.push(...toolClaims(onlyPrompts(set, ({ bench }) => bench === 'bfcl')))
  }
  claims.push(...toolClaims(prepareSet(data, 'bfcl')))
  // Whether two programs are the same answer cannot be told.
  for (const set of sets) measurePanels(onlyPrompts(set, ({ bench }) => bench !== 'lcb_repair'))
  console.log(`\n${claims.join('\n')}`)
}

function toolClaims(set: CollabSet): string[] {
  return measureToolCascade(set).flatMap(({ seen, test, learnedFrom }) => {
    const name = `${set.name}, tool calls, ${percent(seen)} of wrong ones seen`
    return [
      claimOf(name, TOOL_SAVING, test),
      claimOf(`${name}, prompts learned from`, TOOL_SAVING, learnedFrom),
    ]
  })
}

function claimOf(name: string, least: number, { saving, difference }: Gain): string {
  const holds = saving >= least && difference >= DIFFERENCE
  return `${name}: must save ≥ ${percent(least)} at ≥ ${points(DIFFERENCE)}; ${percent(saving)} at ${points(difference)}: ${holds ? 'holds' : 'does not hold'}`
}
