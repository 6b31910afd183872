/** T1: how often the classifier tells what is asked for. */
import { percent, type Verdict } from './routing-table.ts'
import { classify } from '../../src/classify/classify.ts'
import { requestOf } from '../../src/classify/features/prompt.ts'
import { readSamples, type Sample } from '../../src/dev/train/samples.ts'

const MUST = { own: 0.93, chinese: 0.75, hard: 0.7 }
const CHINESE: ReadonlySet<string> = new Set(['alignbench', 'belle_eval'])

/** Prompts for tools are left out: theirs are not told. */
export function measureTaskTypes(folder: string): Verdict {
  const samples = readSamples(folder).filter(({ tool }) => !tool)
  const shareOf = (isMeant: (sample: Sample) => boolean) => {
    const meant = samples.filter(isMeant)
    return meant.filter(isRight).length / meant.length
  }
  const own = shareOf(({ role, split }) => role === 'own' && split === 'test')
  const chinese = shareOf(({ role, source }) => role === 'fresh' && CHINESE.has(source))
  const hard = shareOf(({ source }) => source === 'mt_bench')
  return {
    id: 'T1',
    must: `own ≥ ${percent(MUST.own)}, new Chinese ≥ ${percent(MUST.chinese)}, MT-Bench ≥ ${percent(MUST.hard)}`,
    measured: `${percent(own)}, ${percent(chinese)}, ${percent(hard)}`,
    holds: own >= MUST.own && chinese >= MUST.chinese && hard >= MUST.hard,
  }
}

/** Reading comprehension is asked as a question of fact and answered by extraction: both are right. */
function isRight({ text, label }: Sample): boolean {
  const { taskType } = classify(requestOf(text))
  return label === 'closed_qa' ? taskType === 'extraction' || taskType === 'knowledge' : taskType === label
}
