import type { Check } from '../core/collaboration.ts'
import type { Team, VerifyPlan } from '../route/collaboration/plan.ts'
import { impliedChecks, runChecks } from './checks/run-checks.ts'
import { advance, type Crew, type Made, nextOf, note } from './crew.ts'
import { critiqueRequest } from './critique.ts'
import { isSound } from './keep.ts'
import { readProblems, readVerdict, verifierRequest } from './verifier.ts'
import { draft } from './tasks.ts'

/** An answer that is less likely right than this, as its judge says, is sent back. */
const LEAST_VERDICT = 0.5
const UNNAMED_PROBLEM = 'A reviewer finds that the reply is wrong or does not do what was asked.'

type Reviewed = { made: Made; complaints: readonly string[] }

/** An answer that is sent back as long as it does not pass; of all tries the best one, of equal ones the last. */
export async function verified(crew: Crew, plan: VerifyPlan, first: Made): Promise<Made> {
  const { request } = crew.wanted
  let latest = await reviewed(crew, plan, first)
  let best = latest
  // A correction is asked for in our words, which cannot say everything.
  const retries = (request.native?.onlyHere.length ?? 0) > 0 ? 0 : plan.maxRetries
  for (let tries = 1; best.complaints.length > 0 && tries <= retries; tries += 1) {
    if (crew.outcome.pattern === 'verify') advance(crew, tries, tries + 1)
    const { made, complaints } = latest
    const again = await draft(crew, {
      work: nextOf(crew, 'retry'),
      team: teamOf(made),
      request: critiqueRequest(request, made.answer, complaints),
    })
    if (again.kind !== 'made') break
    latest = await reviewed(crew, plan, again)
    // A correction that breaks off, or refuses, says little that checks could find wrong.
    const isWorse = isSound(request, best.made) && !isSound(request, again)
    if (!isWorse && latest.complaints.length <= best.complaints.length) best = latest
  }
  if (best.complaints.length > 0) note(crew, 'checks_failed')
  return best.made
}

/** Who wrote it first: they know best what they meant. */
function teamOf({ by, task }: Made): Team {
  return [by, ...task.team.filter((tried) => tried !== by)]
}

async function reviewed(crew: Crew, plan: VerifyPlan, made: Made): Promise<Reviewed> {
  const { request } = crew.wanted
  const { answer, part } = made
  part.checks = runChecks(request, answer, checksFor(crew))
  const complaints = part.checks.flatMap(({ passed, complaint, check }) =>
    passed === false ? [complaint ?? `The check ${check} fails.`] : [],
  )
  if (complaints.length > 0 || !plan.judge) return { made, complaints }
  const { verdict, problems } = await verdictOn(crew, plan.judge, made, plan.rubric)
  if (verdict === null) return { made, complaints }
  // Thresholds of cascades are learned from what their drafts were weighed by, and from that alone.
  if (crew.outcome.pattern !== 'cascade') part.confidence = verdict
  if (verdict >= LEAST_VERDICT) return { made, complaints }
  return { made, complaints: problems.length > 0 ? problems : [UNNAMED_PROBLEM] }
}

/** The probability (0..1) that somebody gives an answer, null where that says nothing; and what they find wrong. */
export async function verdictOn(
  crew: Crew,
  team: Team,
  { answer }: Made,
  rubric: string | null,
): Promise<{ verdict: number | null; problems: readonly string[] }> {
  const request = verifierRequest(crew.wanted.request, answer, rubric)
  const judgement = await draft(crew, { work: nextOf(crew, 'verifier'), team, request })
  const verdict = judgement.kind === 'made' ? readVerdict(judgement.answer) : null
  if (judgement.kind !== 'made' || verdict === null) {
    note(crew, 'verifier_unreadable')
    return { verdict: null, problems: [] }
  }
  judgement.part.outcome = 'used'
  return { verdict, problems: readProblems(judgement.answer) }
}

/** What is asked for to be checked, and what the request itself asks of an answer. */
export function checksFor({ decision, wanted }: Crew): readonly Check[] {
  const asked = decision.collaboration.verify?.checks ?? []
  const implied = impliedChecks(wanted.request).filter(({ kind }) => asked.every((one) => one.kind !== kind))
  return [...implied, ...asked]
}
