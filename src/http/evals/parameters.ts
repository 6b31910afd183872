import { AppError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { type Db, openDb } from '../../db/database.ts'
import { activeTraining, BASE, findTraining, setActive, type TrainingRow } from '../../db/trainings.ts'
import type { Env } from '../../env.ts'
import type { Parameters } from '../../learn/forecast.ts'
import type { OutcomeModel } from '../../learn/outcome-model.ts'
import { unpackOutcomeModel } from '../../learn/pack.ts'
import { modelKey } from '../learned.ts'
import { type ActiveParameters, parametersKey } from '../tenant.ts'

/** Whose parameters. */
type Scope = { env: Env; tenantId: string }

/** What a tenant's decisions go by now, and since when (Unix ms; 0 for what is published). */
export async function activeParameters({
  env,
  tenantId,
}: Scope): Promise<Parameters & { learnedAt: number }> {
  const db = openDb(env.DB)
  const id = await activeTraining(db, tenantId)
  if (id === BASE) return { id, model: null, learnedAt: 0 }
  const { parameters, createdAt } = await requireTraining(db, { tenantId, id })
  return { id, model: modelIn(parameters), learnedAt: createdAt }
}

/** Null where it cannot be read, as for decisions: they go by what is published then. */
function modelIn(parameters: string | null): OutcomeModel | null {
  try {
    return parameters === null ? null : unpackOutcomeModel(parameters)
  } catch (cause) {
    log('warn', { message: 'Parameters could not be read', cause: String(cause) })
    return null
  }
}

/** Tells decisions by which parameters they go. The model comes first, so that its id never leads nowhere. */
export async function publish({ env, tenantId }: Scope, training: TrainingRow | null): Promise<void> {
  if (!training?.parameters) return env.CONFIG.delete(parametersKey(tenantId))
  const { id, parameters } = training
  await env.CONFIG.put(modelKey(tenantId, id), parameters)
  await env.CONFIG.put(parametersKey(tenantId), JSON.stringify({ id } satisfies ActiveParameters))
}

/**
 * Makes earlier parameters active again: those of a training that was active once, or `base`; unless `to` names them,
 * those that the active ones replaced.
 *
 * @returns the id of what is active now
 * @throws AppError `not_found`, or `invalid_request` where there is nothing to go back to
 */
export async function rollBack(scope: Scope, to: string | undefined): Promise<string> {
  const db = openDb(scope.env.DB)
  const { tenantId } = scope
  const target = to ?? (await replacedBy(db, tenantId))
  const training = target === BASE ? null : await requireTraining(db, { tenantId, id: target })
  if (training && !training.activated) {
    throw new AppError('invalid_request', `Invalid 'to': ${target} never was active`, { param: 'to' })
  }
  // Published first: whoever is told of a failure and tries again must get to the same place.
  await publish(scope, training)
  await setActive(db, { tenantId, trainingId: target, activatedAt: Date.now() })
  return target
}

async function replacedBy(db: Db, tenantId: string): Promise<string> {
  const id = await activeTraining(db, tenantId)
  if (id === BASE) {
    throw new AppError('invalid_request', 'Nothing to go back to: what is published is active already')
  }
  return (await requireTraining(db, { tenantId, id })).replaced ?? BASE
}

/** @throws AppError `not_found`, also for another tenant's */
export async function requireTraining(
  db: Db,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<TrainingRow> {
  const training = await findTraining(db, { tenantId, id })
  if (!training) throw new AppError('not_found', `No training ${id.slice(0, MAX_ID_CHARS)}`, { param: 'id' })
  return training
}

const MAX_ID_CHARS = 64
