import type { ChatRequest } from '../core/chat.ts'
import { log } from '../core/log.ts'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import { shiftOf } from '../learn/abilities.ts'
import { promptOf } from '../learn/eval-prompt.ts'
import { predictionsOf } from '../learn/forecast.ts'
import type { OutcomeModel } from '../learn/outcome-model.ts'
import { unpackOutcomeModel } from '../learn/pack.ts'
import type { Beliefs } from '../route/beliefs.ts'
import type { RequestScope } from './context.ts'

/** Where parameters themselves are: text of `packOutcomeModel`, never changed. */
export const modelKey = (tenantId: string, id: string) => `learned:model:${tenantId}:${id}`
/** A model is about 1 MB in memory, of which an isolate has 128. */
const MODELS = createSnapshotCache<OutcomeModel>({ freshMs: Infinity, staleMs: Infinity, maxEntries: 30 })

/** What the tenant's own outcomes say about a request. What cannot be read is logged, and counts as never learned. */
export async function beliefsFor(scope: RequestScope, chat: ChatRequest, now: number): Promise<Beliefs> {
  const { parameters, abilities, confidence } = scope.tenant.learned
  const model = parameters === null ? null : await modelOf(scope, parameters, now)
  const predictions = model ? predictionsOf(model, promptOf(chat)) : null
  return {
    parameters: (predictions && parameters) ?? 'base',
    predictions: predictions ?? new Map(),
    shiftOf: (modelId, taskType) => abilities && shiftOf(abilities, modelId, taskType),
    confidence,
  }
}

async function modelOf(
  { env, caller, background }: RequestScope,
  id: string,
  now: number,
): Promise<OutcomeModel | null> {
  const load = async () => {
    const text = await env.CONFIG.get(modelKey(caller.tenantId, id), { cacheTtl: 3_600 })
    if (text === null) throw new Error(`No parameters ${id}`)
    return unpackOutcomeModel(text)
  }
  try {
    return await MODELS.get(`${caller.tenantId} ${id}`, load, now, background)
  } catch (cause) {
    log('warn', { message: 'Parameters could not be read', id, cause: String(cause) })
    return null
  }
}
