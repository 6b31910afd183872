import type { ChatRequest } from '../core/chat.ts'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import type { Env } from '../env.ts'
import { type PublishedAbilities, readAbilities, shiftOf } from '../learn/abilities.ts'
import { promptOf } from '../learn/eval-prompt.ts'
import { predictionsOf } from '../learn/forecast.ts'
import type { OutcomeModel } from '../learn/outcome-model.ts'
import { unpackOutcomeModel } from '../learn/pack.ts'
import type { Beliefs } from '../route/beliefs.ts'
import type { RequestScope } from './context.ts'

/** Where it is published which parameters a tenant's decisions go by: JSON of `ActiveParameters`; absent for none. */
export const parametersKey = (tenantId: string) => `learned:parameters:${tenantId}`
/** Where parameters themselves are: text of `packOutcomeModel`, never changed. */
export const modelKey = (tenantId: string, id: string) => `learned:model:${tenantId}:${id}`
/** Where what judges said is published: JSON of `PublishedAbilities`. */
export const abilitiesKey = (tenantId: string) => `learned:abilities:${tenantId}`

/** `id` of a training. */
type ActiveParameters = { id: string }

/** What was learned for one tenant. */
type Learned = { parameters: string | null; abilities: PublishedAbilities | null }

/** How long news may take to be seen: here, in this isolate, and in the key-value store of each place. */
const LEARNED = createSnapshotCache<Learned>({ freshMs: 30_000, staleMs: 600_000, maxEntries: 10_000 })
const KV_SECONDS = 60
/** A model is about 1 MB in memory, of which an isolate has 128. */
const MODELS = createSnapshotCache<OutcomeModel>({ freshMs: Infinity, staleMs: Infinity, maxEntries: 30 })

/** What the tenant's own outcomes say about a request. What cannot be read is logged, and counts as never learned. */
export async function beliefsFor(scope: RequestScope, chat: ChatRequest, now: number): Promise<Beliefs> {
  const { env, caller, background } = scope
  const { tenantId } = caller
  const learned = await LEARNED.get(tenantId, () => loadLearned(env, tenantId), now, background)
  const model = learned.parameters === null ? null : await modelOf(scope, learned.parameters, now)
  const predictions = model ? predictionsOf(model, promptOf(chat)) : null
  const { abilities } = learned
  return {
    parameters: (predictions && learned.parameters) ?? 'base',
    predictions: predictions ?? new Map(),
    shiftOf: (modelId, taskType) => abilities && shiftOf(abilities, modelId, taskType),
  }
}

async function loadLearned({ CONFIG }: Env, tenantId: string): Promise<Learned> {
  try {
    const options = { type: 'json', cacheTtl: KV_SECONDS } as const
    const [active, abilities] = await Promise.all([
      CONFIG.get<ActiveParameters>(parametersKey(tenantId), options),
      CONFIG.get(abilitiesKey(tenantId), options),
    ])
    return { parameters: active?.id ?? null, abilities: abilities === null ? null : readAbilities(abilities) }
  } catch (cause) {
    console.warn({ message: 'What was learned could not be read', tenantId, cause: String(cause) })
    return { parameters: null, abilities: null }
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
    console.warn({ message: 'Parameters could not be read', id, cause: String(cause) })
    return null
  }
}
