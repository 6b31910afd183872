import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { usdOrNull } from '../../core/money.ts'
import { ROLLOUT_MODES } from '../../core/tenant-config.ts'
import { sumShadows, sumVersions, type TrialSpan } from '../../db/config-trials.ts'
import {
  type ConfigCandidate,
  configState,
  type ConfigState,
  findConfig,
  updateConfigState,
} from '../../db/config-versions.ts'
import { openDb } from '../../db/database.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { audit } from '../audit.ts'
import { checkPreconditions, etag, overtaken, published, refuseFaults } from '../config-requests.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { readJsonBody } from '../read-body.ts'
import { rounded } from '../rounded.ts'

export const rollout = z
  .strictObject({
    version: z.int().min(1),
    mode: z.enum(ROLLOUT_MODES).default('percent'),
    /** Of the requests; at 100 the version is in force for good. */
    percent: z.number().min(0).max(100).optional(),
  })
  .refine(({ mode, percent }) => (mode === 'percent') === (percent !== undefined), {
    path: ['percent'],
    error: 'is for the mode percent, which needs it',
  })

/** A version of the configuration that is tried before the tenant goes by it. */
export const configRolloutRoutes = new Hono<AppEnv>()
  .get('/config/rollout', async (c) => stateAnswer(c, await stateFor(c)))
  .put('/config/rollout', async (c) => {
    const wanted = checked(rollout, await readJsonBody(c.req.raw))
    const state = await stateFor(c)
    checkPreconditions(state, c)
    await refuseVersion(c, state, wanted.version)
    const next =
      wanted.percent === 100
        ? { version: wanted.version, candidate: null }
        : { version: state.version, candidate: candidateOf(wanted, state.candidate) }
    const action = next.candidate ? 'config.rollout' : 'config.promote'
    return changeTo(c, state, next, { action, version: wanted.version })
  })
  .delete('/config/rollout', async (c) => {
    const state = await stateFor(c)
    if (c.req.header('if-match') !== undefined) checkPreconditions(state, c)
    if (!state.candidate) return stateAnswer(c, state)
    const action = 'config.rollout_end'
    const { version, candidate } = state
    return changeTo(c, state, { version, candidate: null }, { action, version: candidate.version })
  })

function stateFor(c: AppContext): Promise<ConfigState> {
  return configState(openDb(c.env.DB), c.var.caller.tenantId)
}

/** @throws AppError where there is no such version, it is in force already, or could be gone by no longer */
async function refuseVersion(c: AppContext, state: ConfigState, version: number): Promise<void> {
  const { tenantId } = c.var.caller
  const row = await findConfig(openDb(c.env.DB), { tenantId, version })
  const param = 'version'
  if (!row) throw new AppError('not_found', 'There is no such version of the configuration', { param })
  if (version === state.version) {
    throw new AppError('invalid_request', "Invalid 'version': it is in force already", { param })
  }
  refuseFaults(JSON.parse(row.document), c)
}

/** Another percentage goes on with what was begun; another version, or mode, begins anew. */
function candidateOf(
  { version, mode, percent = 0 }: z.infer<typeof rollout>,
  before: ConfigCandidate | null,
): ConfigCandidate {
  const goesOn = before?.version === version && before.mode === mode
  return { version, mode, percent, since: goesOn ? before.since : Date.now() }
}

/** @param change what is done, and to which version, for the audit */
async function changeTo(
  c: AppContext,
  state: ConfigState,
  next: Versions,
  change: { action: string; version: number },
): Promise<Response> {
  if (!(await updateConfigState(openDb(c.env.DB), state, next))) throw overtaken()
  const { action, version } = change
  await audit(c, { action, object: String(version), before: shown(state), after: shown(next) })
  await published(c)
  return stateAnswer(c, { ...state, ...next })
}

type Versions = Pick<ConfigState, 'version' | 'candidate'>

function shown({ version, candidate }: Versions) {
  if (!candidate) return { version, candidate }
  const { mode, percent } = candidate
  return { version, candidate: { version: candidate.version, mode, ...(mode === 'percent' && { percent }) } }
}

async function stateAnswer(c: AppContext, state: ConfigState): Promise<Response> {
  const { version, candidate } = state
  if (version > 0) c.header('etag', etag(version))
  return c.json({
    object: 'config.rollout',
    version,
    candidate: candidate && (await candidateBody(c, candidate)),
  })
}

async function candidateBody(c: AppContext, { version, mode, percent, since }: ConfigCandidate) {
  const { tenantId } = c.var.caller
  const span = { tenantId, candidate: version, from: createId('dec', since, new Uint8Array(16)) }
  return {
    version,
    mode,
    ...(mode === 'percent' && { percent }),
    since: Math.floor(since / 1_000),
    comparison: await (mode === 'shadow' ? shadowComparison(c, span) : versionComparison(c, span)),
  }
}

/**
 * What both versions made of the same requests. `agreement`: share (0..1) of the `compared` for which both chose the same
 * model, host and effort. `predicted_cost_usd`: sums over requests for which both are known.
 */
async function shadowComparison(c: AppContext, span: TrialSpan) {
  const sums = await sumShadows(openDb(c.env.DB), span)
  return {
    decisions: sums.decisions,
    compared: sums.compared,
    failed: sums.failed,
    agreement: sums.compared === 0 ? null : rounded(sums.agreed / sums.compared),
    predicted_cost_usd: { before: usdOrNull(sums.microUsd), after: usdOrNull(sums.shadowMicroUsd) },
  }
}

/** What became of the requests that went by each version: means of those that were answered. */
async function versionComparison(c: AppContext, span: TrialSpan) {
  const rows = await sumVersions(openDb(c.env.DB), span)
  return {
    decisions: rows.reduce((sum, { decisions }) => sum + decisions, 0),
    versions: rows.map((row) => ({
      version: row.version,
      decisions: row.decisions,
      answered: row.answered,
      failed: row.failed,
      predicted_cost_usd: meanUsd(row.predictedMicroUsd),
      cost_usd: meanUsd(row.microUsd),
      latency_ms: row.latencyMs && Math.round(row.latencyMs),
    })),
  }
}

/** A tenth of a micro-dollar is the least that is told. */
function meanUsd(microUsd: number | null): number | null {
  return microUsd === null ? null : Math.round(microUsd * 10) / 1e7
}
