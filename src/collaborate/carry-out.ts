import { askInTurn } from './cascade.ts'
import type { Crew, Kept, Made } from './crew.ts'
import { keep } from './keep.ts'
import { askTogether } from './panel.ts'
import { verified } from './verified.ts'

/** One model's answer is that of the only stage. */
const ONE_STAGE = { kind: 'cascade', samples: 0, verifier: null } as const

/** Has everybody do their part. Resolves once the first piece of the answer is there, or nobody answers. */
export async function carryOut(crew: Crew): Promise<Kept> {
  const { verify } = crew.decision.collaboration
  const found = await answerIn(crew, crew.wanted.stream && verify === null)
  if (found.kind !== 'made') return found
  const made = verify ? await verified(crew, verify, found) : found
  return crew.io.signal.aborted ? { kind: 'cancelled' } : keep(made)
}

/** @param isPassedOn the answer may be told while it is written */
async function answerIn(crew: Crew, isPassedOn: boolean): Promise<Made | Kept> {
  const { collaboration, plan } = crew.decision
  const { pattern } = collaboration
  switch (pattern.kind) {
    case 'cascade':
      return askInTurn(crew, pattern, isPassedOn)
    case 'panel':
    case 'fusion':
      return askTogether(crew, pattern, isPassedOn)
    case 'single':
      return askInTurn(crew, { ...ONE_STAGE, stages: [{ team: plan, threshold: 0 }] }, isPassedOn)
  }
}
