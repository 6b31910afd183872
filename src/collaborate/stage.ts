import { confidenceIn, type Evidence } from '../route/collaboration/evidence.ts'
import type { CascadePlan, Team } from '../route/collaboration/plan.ts'
import { runChecks } from './checks/run-checks.ts'
import { type Crew, type Made, nextOf, type Task, type Unmade } from './crew.ts'
import { finalAnswerOf } from './final-answer.ts'
import { isSound } from './keep.ts'
import {
  mayBeSampled,
  meanLogprobOf,
  shortSampleRequest,
  THINKING_SAMPLE_TOKENS,
  withLogprobs,
  withoutLogprobs,
} from './samples.ts'
import { checksFor, verdictOn } from './verified.ts'
import { draft, needFor } from './tasks.ts'

/** How much longer than for the draft its samples, which are shorter, are waited for. */
const SAMPLES_LATE_MS = 2_000

/**
 * A stage's draft, its part telling how far it is trusted. Further short answers are written beside it.
 *
 * @param threshold the confidence (0..1) at which it is kept: a verifier that cannot change that is not asked
 */
export async function weighed(
  crew: Crew,
  plan: CascadePlan,
  task: Task,
  threshold: number,
): Promise<Made | Unmade> {
  const { request } = crew.wanted
  const { made, samples } = await sampled(crew, plan, task)
  if (made.kind !== 'made') return made
  made.part.checks = runChecks(request, made.answer, checksFor(crew))
  const evidence: Evidence = {
    prior: made.by.prediction.quality,
    isUnsound: !isSound(request, made),
    meanLogprob: meanLogprobOf(made.answer),
    agreement: agreementOf(crew, made, samples),
    verdict: null,
    passedChecks: made.part.checks.filter(({ passed }) => passed === true).length,
    failedChecks: made.part.checks.filter(({ passed }) => passed === false).length,
  }
  const decides =
    confidenceIn({ ...evidence, verdict: 0 }) < threshold &&
    confidenceIn({ ...evidence, verdict: 1 }) >= threshold
  const rubric = crew.decision.collaboration.verify?.rubric ?? null
  const heard = plan.verifier && decides ? await verdictOn(crew, plan.verifier, made, rubric) : null
  made.part.confidence = confidenceIn({ ...evidence, verdict: heard?.verdict ?? null })
  return made
}

/** A draft, and the short answers that are asked for beside it. */
async function sampled(
  crew: Crew,
  plan: CascadePlan,
  task: Task,
): Promise<{ made: Made | Unmade; samples: readonly (Made | Unmade)[] }> {
  const over = new AbortController()
  const tasks = samplesOf(crew, plan, task)
  const others = tasks.map((one) => needFor(crew, one))
  const drafting = draftWithLogprobs(crew, { ...task, others }).then((made) => {
    const stop = AbortSignal.any([crew.io.signal, over.signal])
    const isUseful = made.kind === 'made' && isSound(crew.wanted.request, made)
    void crew.io.sleep(isUseful ? SAMPLES_LATE_MS : 0, stop).then(() => over.abort())
    return made
  })
  const sampling = tasks.map((one, index) => {
    const sample = { ...one, work: nextOf(crew, 'sample'), signal: over.signal }
    return draft(crew, { ...sample, others: others.slice(index + 1) })
  })
  const [made, ...samples] = await Promise.all([drafting, ...sampling])
  over.abort()
  return { made, samples }
}

/** The short answers that are asked for beside a draft, of whoever is to write it. */
function samplesOf({ wanted: { request } }: Crew, { samples }: CascadePlan, { work, team }: Task): Task[] {
  const [lead, ...rest] = team
  if (!mayBeSampled(request)) return []
  const { id, reasoning } = lead.candidate.model
  const short = reasoning.kind === 'none' ? undefined : THINKING_SAMPLE_TOKENS
  const same: Team = [lead, ...rest.filter(({ candidate }) => candidate.model.id === id)]
  return Array.from({ length: samples }, () => ({
    work,
    team: same,
    request: shortSampleRequest(request, short),
  }))
}

/** The draft with the probabilities of its tokens, where a model tells them and nothing is lost by asking. */
async function draftWithLogprobs(crew: Crew, task: Task): Promise<Made | Unmade> {
  const { request, team, work } = task
  const [{ candidate }] = team
  const isAsked = request.sampling.logprobs === true
  if (isAsked || candidate.model.reasoning.kind !== 'none' || request.tools.length > 0)
    return draft(crew, task)
  const made = await draft(crew, { ...task, request: withLogprobs(request) })
  for (const attempt of crew.attempts) {
    if (attempt.work?.role !== work.role || attempt.work.number !== work.number) continue
    attempt.dropped = attempt.dropped.filter((name) => name !== 'logprobs')
  }
  return made.kind === 'made' ? { ...made, events: made.events.flatMap(withoutLogprobs) } : made
}

/** How many of the samples that can be compared with a draft say the same. */
function agreementOf(
  { wanted: { request } }: Crew,
  { answer }: Made,
  samples: readonly (Made | Unmade)[],
): Evidence['agreement'] {
  const said = finalAnswerOf(request, answer)
  if (!said) return null
  const others = samples.flatMap((sample) =>
    sample.kind === 'made' ? (finalAnswerOf(request, sample.answer) ?? []) : [],
  )
  for (const sample of samples) if (sample.kind === 'made') sample.part.outcome = 'used'
  return { agreeing: others.filter(({ key }) => key === said.key).length, of: others.length }
}
