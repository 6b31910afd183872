import { countText, emptyCounts } from '../classify/text-counts.ts'
import { estimateTokens, noTokens } from '../classify/tokens.ts'
import type { EmbeddingInputs } from '../core/embedding.ts'
import type { TokenFamily } from '../core/demand.ts'
import { AppError, failureBody } from '../core/errors.ts'
import { chanceOf } from '../core/hash.ts'
import { createId } from '../core/ids.ts'
import { configOf } from '../env.ts'
import { type EmbeddingExecution, type EmbedIo, executeEmbedding } from '../execute/embed.ts'
import type { InboundEmbedding } from '../protocols/openai-embeddings/decode-request.ts'
import { encodeEmbeddings } from '../protocols/openai-embeddings/encode-answer.ts'
import { embeddingFormatOf } from '../providers/embeddings/format-of.ts'
import { BALANCED } from '../route/decision.ts'
import { localEmbeddingModel } from '../route/embeddings/local.ts'
import { type EmbeddingHost, planEmbedding } from '../route/embeddings/plan.ts'
import { selectEmbeddingModel } from '../route/embeddings/select.ts'
import { directedPolicy, directedPreferences } from '../route/rules/apply.ts'
import { generalDirections } from '../route/rules/directions-for.ts'
import { randomBytes, type RequestScope } from './context.ts'
import { type EmbeddingDecision, embeddingDecisionBody } from './embedding-body.ts'
import { reserveEmbedding } from './embedding-spending.ts'
import { failureResponse } from './errors.ts'
import { explainingHeaders, warningsOf } from './exchange.ts'
import { guardInputs } from './guard.ts'
import { type Aftermath, aftermathBody, entryOf } from './history.ts'
import type { Hosts } from './hosts.ts'
import { liveCatalog } from './live-catalog.ts'
import { callBegan, callEnded, liveOffers } from './live-stats.ts'
import { countsMoney } from './meters.ts'
import { queueEntry } from './record.ts'

/** nginx's status for a client that hung up: seen by nobody but the log. */
const CLIENT_GONE = 499

/**
 * Plans, calls, answers, records.
 *
 * @throws AppError when nobody may take the request
 */
export async function embed(scope: RequestScope, received: InboundEmbedding): Promise<Response> {
  const { inputs, findings } = await guardInputs(scope, received.request.inputs)
  const request = { ...received.request, inputs }
  const decision = { ...decideEmbedding(scope, { ...received, request }), findings }
  const spending = await reserveEmbedding(scope, decision, request)
  const execution = await executeEmbedding(decision.plan, request, embedIo(scope, decision.inputTokens))
  spending.settle(execution.attempts)
  const detail = record(scope, decision, execution)
  if (execution.kind === 'cancelled') return new Response(null, { status: CLIENT_GONE })
  const headers = headersOf(scope, decision, execution, detail.cost_usd)
  for (const [name, value] of spending.headers) headers.set(name, value)
  if (execution.kind === 'failed') {
    const { failure } = execution
    return failureResponse(failure, { error: failureBody(failure) }, headers)
  }
  const head = {
    model: decision.plan.model.id,
    encoding: request.encoding,
    inputTokens: execution.attempts.at(-1)?.usage?.inputTokens ?? decision.inputTokens,
    costUsd: detail.cost_usd,
    ...(scope.wantsMetadata && { metadata: detail }),
  }
  return new Response(JSON.stringify(encodeEmbeddings(head, execution.vectors)), { headers })
}

function decideEmbedding(
  scope: RequestScope,
  { request, routing }: InboundEmbedding,
): Omit<EmbeddingDecision, 'findings'> {
  const { env } = scope
  const createdAt = Date.now()
  const id = createId('dec', createdAt, randomBytes())
  const { localHosts } = configOf(env)
  const { version, rules: config } = scope.tenant.config
  const catalog = liveCatalog(env, createdAt, scope.background)
  const directed = generalDirections(config, routing.model)
  const base = {
    ...BALANCED,
    ...(version > 0 && { version }),
    keyModels: scope.caller.allowedModels,
    priced: countsMoney({ scope, config, user: request.user }, createdAt),
  }
  const policy = directedPolicy(base, directed, catalog)
  const plan = planEmbedding({
    request,
    model: localEmbeddingModel(routing.model, localHosts) ?? selectEmbeddingModel(routing.model),
    preferences: directedPreferences(routing, directed, { config, catalog }),
    policy,
    hosts: embeddingHosts(scope.tenant.hosts),
    live: liveOffers(scope, createdAt),
    draw: chanceOf(id),
  })
  return {
    id,
    createdAt,
    requestedModel: routing.model,
    plan,
    policy,
    inputTokens: countTokens(request.inputs, plan.model.tokenFamily),
  }
}

/** The live hosts that speak a format with embeddings. */
function embeddingHosts(hosts: Hosts): ReadonlyMap<string, EmbeddingHost> {
  const takers = new Map<string, EmbeddingHost>()
  for (const [id, { access, region }] of hosts) {
    const format = embeddingFormatOf(access.host)
    const { keepsInputs } = access.host
    if (format) takers.set(id, { keepsInputs, takesTokens: format.takesTokens, region })
  }
  return takers
}

/** Tokens are counted, those of texts estimated. */
function countTokens(inputs: EmbeddingInputs, family: TokenFamily): number {
  if (inputs.kind === 'tokens') return inputs.tokens.reduce((sum, { length }) => sum + length, 0)
  const counts = emptyCounts()
  for (const text of inputs.texts) countText(text, counts)
  return estimateTokens(counts, noTokens(), 0)[family]
}

function embedIo(scope: RequestScope, inputTokens: number): EmbedIo {
  const { env, signal, tenant } = scope
  return {
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    signal,
    timeouts: configOf(env).timeouts,
    routeTo(hostId) {
      const live = tenant.hosts.get(hostId)
      if (!live) throw new AppError('internal', `Host ${hostId} is not live`)
      return live
    },
    began: (key) => callBegan(scope, key, Date.now()),
    ended: (key, sample) => callEnded(scope, key, sample, Date.now()),
    estimateTokens: () => inputTokens,
  }
}

const STATUS = { answered: 'succeeded', failed: 'failed', cancelled: 'cancelled' } as const

/**
 * Sends the history entry to the queue.
 *
 * @returns the decision with what then happened, as the API shows it
 */
function record(scope: RequestScope, decision: EmbeddingDecision, execution: EmbeddingExecution) {
  const { reason, attempts, kind } = execution
  const endedAt = Date.now()
  const writers = kind === 'answered' ? attempts.slice(-1) : []
  const aftermath: Aftermath = { status: STATUS[kind], reason, streamed: false, attempts, writers, endedAt }
  const detail = aftermathBody(embeddingDecisionBody(decision, scope.tenant.hosts), aftermath)
  // No other model could have made these vectors: what they cost is what the best would have cost.
  const bestMicroUsd = attempts.at(-1)?.costMicroUsd ?? null
  const decided = {
    ...decision,
    taskType: 'embedding',
    tier: 'SIMPLE',
    language: '',
    bestMicroUsd,
    trial: null,
  }
  queueEntry(scope, entryOf(scope, decided, detail, aftermath))
  return detail
}

function headersOf(
  scope: RequestScope,
  { id, plan, findings }: EmbeddingDecision,
  { reason, attempts }: EmbeddingExecution,
  costUsd: number | null,
): Headers {
  const last = attempts.at(-1)
  const explained = {
    decisionId: id,
    modelId: plan.model.id,
    host: last?.host ?? plan.offers[0].host,
    reason,
    attempts: attempts.length,
    warnings: last ? warningsOf(last) : [],
    findings,
  }
  const headers = explainingHeaders(explained, scope)
  headers.set('content-type', 'application/json')
  if (costUsd !== null) headers.set('x-switchyard-cost-usd', String(costUsd))
  return headers
}
