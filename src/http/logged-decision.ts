import * as z from 'zod'
import type { ReplayRow } from '../db/replay.ts'
import type { LoggedCandidate, LoggedDecision } from '../learn/replay.ts'
import { prepareCatalog } from '../route/prepared-catalog.ts'
import { type Ordering, selectModel, VIRTUAL_MODELS } from '../route/select.ts'

/** What counts as the quality of an answer: what feedback said of it, or merely that there was one. */
export type OutcomeKind = 'feedback' | 'success'

const NO_MODELS = prepareCatalog([])

/**
 * Every name, in lower case, that leaves the choice of one model to the router, with the ordering it asks for. What
 * several made together says nothing of one.
 */
export const FREE_MODELS: ReadonlyMap<string, Ordering | null> = new Map(
  VIRTUAL_MODELS.flatMap((name) => {
    const selection = selectModel(name, NO_MODELS, 'model')
    const { ordering } = selection
    if (selection.kind === 'auto' && selection.pattern) return []
    return [name, `switchyard/${name}`].map((each): [string, Ordering | null] => [each, ordering])
  }),
)

/** Reasons of choices that the router was not free to make otherwise. */
export const BOUND_REASONS: readonly string[] = [
  'pinned_by_request',
  'pinned_by_session',
  'pinned_by_tool_loop',
  'rule',
]

const detail = z.object({
  collaboration_outcome: z.unknown().optional(),
  model: z.string(),
  provider: z.string(),
  policy: z.object({ propensity: z.number().positive().max(1) }),
  candidates: z.array(
    z.object({
      model: z.string(),
      provider: z.string(),
      predicted: z
        .object({
          quality: z.number(),
          cost_usd: z.number().nullable(),
          latency_ms: z.number(),
          ttft_ms: z.number(),
        })
        .optional(),
    }),
  ),
})

/**
 * A recorded decision as it is replayed. `unreadable`: its detail is not one we know. `joint`: several models made the
 * answer, which says nothing of what the choice alone would have come to.
 */
export function loggedDecision(
  row: ReplayRow,
  text: string,
  kind: OutcomeKind,
): LoggedDecision | 'unreadable' | 'joint' {
  const read = detail.safeParse(JSON.parse(text)).data
  if (!read) return 'unreadable'
  if (read.collaboration_outcome !== undefined) return 'joint'
  const candidates = read.candidates.flatMap(({ model, provider, predicted }): LoggedCandidate[] =>
    predicted ? [loggedCandidate(model, provider, predicted)] : [],
  )
  const choice = candidates.find(
    ({ candidate }) => candidate.model.id === read.model && candidate.offer.host === read.provider,
  )
  if (!choice) return 'unreadable'
  return {
    id: row.id,
    ordering: FREE_MODELS.get(row.requestedModel.toLowerCase()) ?? null,
    candidates,
    choice,
    propensity: read.policy.propensity,
    outcome: outcomeOf(row, kind),
  }
}

type Predicted = NonNullable<z.infer<typeof detail>['candidates'][number]['predicted']>

function loggedCandidate(id: string, host: string, predicted: Predicted): LoggedCandidate {
  const { quality, cost_usd: costUsd, latency_ms: latencyMs, ttft_ms: ttftMs } = predicted
  const costMicroUsd = costUsd === null ? null : Math.round(costUsd * 1e6)
  return {
    candidate: { model: { id }, offer: { host } },
    prediction: { quality, costMicroUsd, latencyMs, ttftMs },
  }
}

/** Nobody saw the end of an answer that was hung up on, and only asking for a decision brings none. */
function outcomeOf({ status, costMicroUsd, latencyMs, score }: ReplayRow, kind: OutcomeKind) {
  const ended = status === 'succeeded' || status === 'failed'
  const success = ended ? Number(status === 'succeeded') : null
  return {
    costMicroUsd: ended ? costMicroUsd : null,
    latencyMs: ended ? latencyMs : null,
    quality: kind === 'success' ? success : score,
  }
}
