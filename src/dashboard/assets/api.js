import { apiKey } from './key-field.js'

/**
 * What the API answers with, as far as this page reads it. Money in USD, times in ms, `created` of logs in Unix ms.
 *
 * @typedef {{ id: string, state: 'live' | 'simulated' | 'off' }} Host
 * @typedef {{ status: string, database: string, hosts: Host[] }} Readiness
 * @typedef {{ requests: number, error_rate: number | null, ttft_ms: { p50: number, p95: number } | null,
 *   tokens_per_second: number | null, in_flight: number,
 *   breaker: { state: 'closed' | 'open' | 'half-open' | 'ramping', open_until: number | null },
 *   last_errors: { at: number, code: string, status: number | null }[] }} Live
 * @typedef {{ id: string, owned_by: string, name?: string, virtual?: boolean,
 *   providers?: { provider: string, live: Live | null }[] }} Model
 * @typedef {{ quality: number, cost_usd: number | null, latency_ms: number, ttft_ms: number }} Prediction
 * @typedef {{ model: string, provider: string, eligible: true, predicted: Prediction, score: number }} Eligible
 * @typedef {{ model: string, provider: string, eligible: false, excluded_by: string }} Excluded
 * @typedef {{ type: string, type_confidence: number, tier: string, difficulty: number, language: string,
 *   input_tokens: number, expected_output_tokens: number }} Task
 * @typedef {{ input_tokens: number, output_tokens: number }} Usage
 * @typedef {{ model: string, provider: string, simulated: boolean, outcome: string,
 *   failure?: { code: string, message: string }, latency_ms: number | null, usage: Usage | null,
 *   cost_usd: number | null }} Attempt
 * @typedef {{ id: string, created: number, requested_model: string, model: string, provider: string,
 *   simulated: boolean, reasoning_effort: string | null, confidence: number, reason: string,
 *   fallback_providers: { model: string, provider: string }[],
 *   task: Task, candidates: (Eligible | Excluded)[], status?: string, attempts?: Attempt[],
 *   cost_usd?: number | null,
 *   answered_by?: { model: string, provider: string } | null,
 *   counterfactual: { always_best_usd: number | null, always_cheapest_usd: number | null } }} Decision
 * @typedef {{ id: string, created: number, requested_model: string, model: string, provider: string,
 *   simulated: boolean, reason: string, task_type: string, tier: string, language: string, status: string,
 *   failure_code: string | null, attempts: number, input_tokens: number, output_tokens: number,
 *   cost_usd: number | null, always_best_usd: number | null, latency_ms: number }} Log
 * @typedef {{ model: string, provider: string, attempts: number, failures: number, cancelled: number,
 *   input_tokens: number, output_tokens: number, cost_usd: number, mean_latency_ms: number }} UsageRow
 * @typedef {{ model: string, stream?: boolean, messages: { role: 'user', content: string }[],
 *   plugins?: { id: 'auto-router', cost_quality_tradeoff: number }[] }} ChatRequest
 */

/** Why a call failed. `status` 0: nobody answered. `decisionId`: what had been decided, when it got that far. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {{ retryAfterSeconds?: number, decisionId?: string | null }} more
   */
  constructor(status, message, { retryAfterSeconds = 0, decisionId = null } = {}) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
    this.decisionId = decisionId
  }
}

/** Who is live. Needs no key; answers the same way when not ready. @returns {Promise<Readiness>} */
export async function readiness() {
  const response = await reached(fetch('/readyz', { cache: 'no-store' }))
  if (!response.ok && response.status !== 503) throw await errorOf(response)
  return response.json()
}

/** @param {AbortSignal} [signal] @returns {Promise<Model[]>} */
export async function models(signal) {
  return (await getJson('/v1/models', signal)).data
}

/** @param {AbortSignal} signal @returns {Promise<Log[]>} */
export async function logs(signal) {
  return (await getJson('/v1/logs?limit=50', signal)).data
}

/** The last 24 hours. @param {AbortSignal} signal @returns {Promise<UsageRow[]>} */
export async function usage(signal) {
  return (await getJson('/v1/usage', signal)).data
}

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Decision>} */
export async function decision(id, signal) {
  return getJson(`/v1/decisions/${encodeURIComponent(id)}`, signal)
}

/** Decides without calling anybody. @param {ChatRequest} request @param {AbortSignal} signal @returns {Promise<Decision>} */
export async function explain(request, signal) {
  const response = await call('/v1/route', { method: 'POST', body: JSON.stringify(request), signal })
  return response.json()
}

/**
 * Sends a chat request and waits until somebody begins to answer.
 *
 * @param {ChatRequest} request
 * @param {AbortSignal} signal
 */
export async function send(request, signal) {
  return call('/v1/chat/completions', {
    method: 'POST',
    headers: { 'x-switchyard-metadata': 'enabled' },
    body: JSON.stringify({ ...request, stream: true }),
    signal,
  })
}

/** @param {string} path @param {AbortSignal} [signal] */
async function getJson(path, signal) {
  const response = await call(path, { cache: 'no-store', ...(signal && { signal }) })
  return response.json()
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @throws {ApiError} when it is not answered with success
 */
async function call(path, init) {
  const key = apiKey()
  if (key === '') throw new ApiError(401, '')
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${key}`)
  if (init.body) headers.set('content-type', 'application/json')
  const response = await reached(fetch(path, { ...init, headers }))
  if (!response.ok) throw await errorOf(response)
  return response
}

/** @param {Promise<Response>} answer */
async function reached(answer) {
  try {
    return await answer
  } catch (error) {
    if (isAbort(error)) throw error
    throw new ApiError(0, String(error))
  }
}

/** @param {Response} response */
async function errorOf(response) {
  const body = await response.json().catch(() => null)
  const message = body?.error?.message
  const retryAfter = Number(response.headers.get('retry-after') ?? 0)
  return new ApiError(response.status, typeof message === 'string' ? message : response.statusText, {
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : 0,
    decisionId: decisionIdOf(response),
  })
}

/** @param {Response} response */
export function decisionIdOf({ headers }) {
  return headers.get('x-switchyard-decision-id')
}

/** Whether it was our own `AbortController`. @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError'
}
