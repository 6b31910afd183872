import { exports } from 'cloudflare:workers'
import * as z from 'zod'
import { createId } from '../../src/core/ids.ts'
import { openTraining } from '../../src/db/trainings.ts'
import { ANTHROPIC, anthropicAnswer, fakeHosts, OPENAI, refusal } from './hosts.ts'
import { ask, db, decisionIdOf, jsonRequest, type Key, post, recorded } from './world.ts'

const MODEL = 'anthropic/claude-haiku-4.5'
const AT_ANTHROPIC = { model: MODEL, provider: { only: ['anthropic'] } }

/** What a tenant may own, by the kind that the API's description calls it: makes one, and says its id. */
export const OWNED: Readonly<Record<string, (owner: Key) => Promise<string>>> = {
  async decision(owner) {
    const id = decisionIdOf(await post(owner, '/v1/route', ask('auto')))
    await recorded(owner, id)
    return id
  },
  async response(owner) {
    const answer = await post(owner, '/v1/responses', { ...AT_ANTHROPIC, input: 'Say something' })
    return z.object({ id: z.string() }).parse(await answer.json()).id
  },
  async training({ tenantId }) {
    const id = createId('train', Date.now(), crypto.getRandomValues(new Uint8Array(16)))
    return (await openTraining(db, { tenantId, id, createdAt: Date.now() })).id
  },
}

function putConfig(owner: Key): Promise<Response> {
  const init = jsonRequest(owner, bodyFor('putConfig'))
  return exports.default.fetch('http://switchyard/v1/config', { ...init, method: 'PUT' })
}

/** What belongs to nobody: everybody names the same. */
export const SHARED: Readonly<Record<string, string>> = { model: MODEL }

/** Ids by kind. */
export type Ids = Readonly<Record<string, string>>

const NOBODY: Ids = { decision: 'dec_none', response: 'resp_none', training: 'train_none' }

/** A body that each operation takes, by its id. What it names is one of `ids`. */
export function bodyFor(operation: string, ids: Ids = NOBODY): unknown {
  return BODIES[operation]?.(ids)
}

const prompt = { model: MODEL, messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 100 }

const BODIES: Readonly<Record<string, (ids: Ids) => unknown>> = {
  createChatCompletion: () => prompt,
  createResponse: ({ response }) => ({ ...AT_ANTHROPIC, input: 'And then?', previous_response_id: response }),
  createMessage: () => prompt,
  countTokens: () => prompt,
  createCompletion: () => ({ model: MODEL, prompt: 'Say hello.' }),
  createEmbedding: () => ({ model: 'openai/text-embedding-3-small', input: 'Hello' }),
  decide: () => prompt,
  createFeedback: ({ decision }) => ({ decision_id: decision, score: 0.5 }),
  simulatePolicy: () => ({ policy: {} }),
  addOutcomes: () => JSON.stringify({ prompt: 'Say hello.', model: MODEL, score: 1 }),
  rollBackTraining: ({ training }) => ({ to: training }),
  putConfig: () => ({ default_fallbacks: ['auto'] }),
}

/** Bodies that name a tenant's objects, by operation. */
export const NAMING: ReadonlySet<string> = new Set(['createResponse', 'createFeedback', 'rollBackTraining'])

/** One of each kind, and a configuration; hosts answer from then on. */
export async function makeAll(owner: Key): Promise<Ids> {
  fakeHosts({
    [ANTHROPIC]: () => anthropicAnswer('Kept words'),
    [OPENAI]: () => refusal(400, 'Not today'),
  })
  const made: Record<string, string> = {}
  for (const [kind, make] of Object.entries(OWNED)) made[kind] = await make(owner)
  await putConfig(owner)
  return made
}
