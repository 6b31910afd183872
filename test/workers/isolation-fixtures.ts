import { exports } from 'cloudflare:workers'
import { expect, vi } from 'vitest'
import * as z from 'zod'
import { createId } from '../../src/core/ids.ts'
import { openTraining } from '../../src/db/trainings.ts'
import { ANTHROPIC, anthropicAnswer, fakeHosts, OPENAI, refusal } from './hosts.ts'
import { ask, db, decisionIdOf, get, jsonRequest, type Key, post, recorded } from './world.ts'

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
    await recorded(owner, decisionIdOf(answer))
    return z.object({ id: z.string() }).parse(await answer.json()).id
  },
  async training({ tenantId }) {
    const id = createId('train', Date.now(), crypto.getRandomValues(new Uint8Array(16)))
    return (await openTraining(db, { tenantId, id, createdAt: Date.now() })).id
  },
  async key(owner) {
    const answer = await post(owner, '/v1/keys', bodyFor('createKey'))
    return z.object({ id: z.string() }).parse(await answer.json()).id
  },
  /** The last of a few: whoever has made fewer has none of this number. */
  async config_version(owner) {
    const answers = [await putConfig(owner), await putConfig(owner), await putConfig(owner)]
    const numbers = answers.map((answer) => answer.json())
    return String(z.object({ version: z.int() }).parse(await numbers.at(-1)).version)
  },
  async agent(owner) {
    const id = `agent-${crypto.randomUUID()}`
    await put(owner, `/v1/agents/${id}`, bodyFor('putAgent'))
    return id
  },
  async plan(owner) {
    const id = `plan-${crypto.randomUUID()}`
    await put(owner, `/v1/plans/${id}`, bodyFor('putPlan'))
    return id
  },
  /** It waits for a person, and has given something already. */
  async run(owner) {
    const answer = await post(owner, '/v1/runs', { plan: GATED })
    const { id } = z.object({ id: z.string() }).parse(await answer.json())
    await vi.waitFor(async () =>
      expect((await get(owner, `/v1/runs/${id}/artifacts/given`)).status).toBe(200),
    )
    return id
  },
  async session(owner) {
    const answer = await post(owner, '/v1/sessions', bodyFor('createSession'))
    return z.object({ id: z.string() }).parse(await answer.json()).id
  },
  async provider(owner) {
    await put(owner, '/v1/providers/openai', bodyFor('putProvider'))
    return 'openai'
  },
  async tool_secret(owner) {
    await put(owner, '/v1/tool-secrets/API_KEY', bodyFor('putToolSecret'))
    return 'API_KEY'
  },
}

const GATED = {
  tasks: [
    { id: 'given', kind: 'wait', wait: { for_ms: 1 } },
    { id: 'asked', kind: 'gate', gate: { message: 'May it go on?' } },
  ],
}

async function putConfig(owner: Key): Promise<Response> {
  const { headers } = await get(owner, '/v1/config')
  const tag = headers.get('etag')
  return put(owner, '/v1/config', bodyFor('putConfig'), tag === null ? {} : { 'if-match': tag })
}

function put(owner: Key, path: string, body: unknown, headers: Record<string, string> = {}) {
  const init = jsonRequest(owner, body, headers)
  return exports.default.fetch(`http://switchyard${path}`, { ...init, method: 'PUT' })
}

/** What belongs to nobody: everybody names the same. */
export const SHARED: Readonly<Record<string, string>> = {
  model: MODEL,
  task: 'asked',
  artifact: 'given',
  attempt: '1',
}

/** Ids by kind. */
export type Ids = Readonly<Record<string, string>>

const NOBODY: Ids = {
  run: 'run_none',
  decision: 'dec_none',
  response: 'resp_none',
  training: 'train_none',
  config_version: '999',
}

/** What an operator does for a tenant is called after what the tenant does for itself. */
function ownName(operation: string): string {
  return operation.replace(/(?:OfTenant|AsOperator)$/, '')
}

/** The kind of a tenant's object that an operation's body names. */
export function kindNamedBy(operation: string): string | undefined {
  return NAMED[ownName(operation)]
}

/** A body that each operation takes, by its id. What it names is one of `ids`. */
export function bodyFor(operation: string, ids: Ids = NOBODY): unknown {
  return BODIES[ownName(operation)]?.(ids)
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
  validatePlan: () => ({ tasks: [{ id: 'only', kind: 'model' }] }),
  putPlan: () => ({ tasks: [{ id: 'only', kind: 'model' }] }),
  simulatePolicy: () => ({ policy: {} }),
  addOutcomes: () => JSON.stringify({ prompt: 'Say hello.', model: MODEL, score: 1 }),
  rollBackConfig: ({ config_version: version }) => ({ version: Number(version) }),
  putRollout: ({ config_version: version }) => ({ version: Number(version), mode: 'shadow' }),
  dryRunConfig: () => ({ config: { default_fallbacks: ['auto'] } }),
  createTenant: () => ({ id: `made-${crypto.randomUUID()}` }),
  updateTenant: () => ({ name: 'Renamed' }),
  createKey: () => ({ name: 'Another', scopes: ['inference'] }),
  updateKey: () => ({ name: 'Renamed' }),
  rotateKey: () => ({}),
  putProvider: () => ({ api_key: 'sk-an-account-of-its-own' }),
  putToolSecret: () => ({ value: 'a-secret-of-its-own' }),
  rollBackTraining: ({ training }) => ({ to: training }),
  putAgent: () => ({ kind: 'http', url: 'https://agents.example.com/work', skills: [{ id: 'work' }] }),
  heartbeatAgent: () => ({ load: 0.5 }),
  addAgentOutcome: () => ({ skill: 'work', success: true }),
  createSession: () => ({ agent: 'writer' }),
  updateSession: () => ({ memory: { name: 'Ada' } }),
  createSessionMessage: () => ({ content: 'Say hello.', model: MODEL }),
  forkSession: () => ({}),
  matchAgents: () => ({ task: { skills: ['work'] } }),
  createRun: ({ run }) => ({ fork: { run } }),
  cancelRun: () => ({ reason: 'Enough' }),
  approveTask: () => ({ comment: 'Go' }),
  rejectTask: () => ({ comment: 'No' }),
  provideTaskInput: () => ({ tool_results: [] }),
  tellAttemptResult: () => ({ output: 'Done' }),
  tellAttemptHeartbeat: () => ({ progress: 'Half' }),
  putConfig: () => ({ default_fallbacks: ['auto'] }),
}

/** Bodies that name a tenant's objects: of which kind, by operation. */
const NAMED: Readonly<Record<string, string>> = {
  createResponse: 'response',
  createFeedback: 'decision',
  createRun: 'run',
  rollBackTraining: 'training',
  rollBackConfig: 'config_version',
  putRollout: 'config_version',
}

/** Kinds that each tenant has its own of under the same names, and a name that none has made. */
export const COMMON: Ids = { config_version: '999999', provider: 'anthropic', tool_secret: 'NONE' }

/** One of each of these kinds; hosts answer from then on. */
export async function makeAll(owner: Key, kinds: readonly string[] = Object.keys(OWNED)): Promise<Ids> {
  fakeHosts({
    [ANTHROPIC]: () => anthropicAnswer('Kept words'),
    [OPENAI]: () => refusal(400, 'Not today'),
  })
  const made: Record<string, string> = {}
  for (const kind of kinds) made[kind] = (await OWNED[kind]?.(owner)) ?? ''
  return made
}
