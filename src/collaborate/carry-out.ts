import { type Crew, draft, type Kept, type Made, nextOf } from './crew.ts'
import { keep } from './keep.ts'
import { panel } from './panel.ts'

/** Has everybody do their part. Resolves once the first piece of the answer is there, or nobody answers. */
export async function carryOut(crew: Crew): Promise<Kept> {
  const found = await answerIn(crew)
  if (found.kind !== 'made') return found
  return crew.io.signal.aborted ? { kind: 'cancelled' } : keep(found)
}

async function answerIn(crew: Crew): Promise<Made | Kept> {
  const { collaboration, plan } = crew.decision
  const { pattern } = collaboration
  switch (pattern.kind) {
    case 'panel':
    case 'fusion':
      return panel(crew, pattern)
    case 'cascade':
    case 'single': {
      const work = nextOf(crew, 'stage')
      const made = await draft(crew, { work, team: plan, request: crew.wanted.request, isFirst: true })
      return made.kind === 'unpaid' ? { kind: 'cancelled' } : made
    }
  }
}
