import type { ErrorCode } from '../../core/errors.ts'
import { countTokensBody, messagesBody } from '../../protocols/anthropic-messages/schema.ts'
import { chatBody } from '../../protocols/openai-chat/schema.ts'
import { completionBody } from '../../protocols/openai-completions/schema.ts'
import { embeddingBody } from '../../protocols/openai-embeddings/schema.ts'
import { responsesBody } from '../../protocols/openai-responses/schema.ts'
import { inputItemsPage } from '../routes/responses.ts'
import { listOf, objectOf, type Operation, withFields } from './operation.ts'

/** Why no model may be asked. */
const CHOICE: readonly ErrorCode[] = ['model_not_found', 'no_eligible_model', 'no_live_host']
/** What hosts may answer with instead of an answer. */
const HOSTS: readonly ErrorCode[] = [
  'context_window',
  'content_policy',
  'provider_rejected',
  'provider_auth',
  'provider_failed',
  'rate_limited',
  'timeout',
]
/** What a tenant's limits, guardrails and rules may bring. */
const HELD: readonly ErrorCode[] = [
  'budget_exceeded',
  'ledger_unavailable',
  'guardrail_blocked',
  'blocked_by_rule',
]
/** All that a call for an answer may bring. */
export const ANSWERING = [...CHOICE, ...HOSTS, ...HELD]

const STREAMED = ['application/json', 'text/event-stream'] as const
const SESSION = { 'x-session-id': 'The conversation this belongs to, which stays with its model' }
const HINTS = {
  ...SESSION,
  'x-switchyard-metadata': '`enabled`: the answer carries its decision in the field `switchyard`',
  'x-switchyard-cache-ttl': 'Seconds for which an equal request may be given this answer again',
}
const RESPONSE = { id: { kind: 'response', description: 'Id of a kept response: `resp_…`' } } as const

/** Calls that an answer is asked for with, and what is about such answers. */
export const INFERENCE: readonly Operation[] = [
  {
    id: 'createChatCompletion',
    method: 'POST',
    path: '/v1/chat/completions',
    access: 'inference',
    tag: 'Inference',
    summary: 'Answer a conversation (OpenAI Chat Completions)',
    headers: HINTS,
    body: { schema: chatBody },
    answer: {
      description: 'The answer; a stream of chunks with `stream: true`',
      schema: withFields('id', 'object', 'created', 'model', 'choices'),
      types: STREAMED,
    },
    errors: ANSWERING,
  },
  {
    id: 'createResponse',
    method: 'POST',
    path: '/v1/responses',
    access: 'inference',
    tag: 'Inference',
    summary: 'Answer a conversation (OpenAI Responses)',
    headers: HINTS,
    body: { schema: responsesBody },
    answer: {
      description: 'The response; a stream of events with `stream: true`',
      schema: objectOf('response', ['id', 'status', 'output']),
      types: STREAMED,
    },
    errors: [...ANSWERING, 'not_found'],
  },
  {
    id: 'getResponse',
    method: 'GET',
    path: '/v1/responses/{id}',
    access: 'inference',
    tag: 'Inference',
    summary: 'Read a kept response',
    params: RESPONSE,
    answer: { description: 'The response', schema: objectOf('response', ['id', 'status', 'output']) },
    errors: ['invalid_request'],
  },
  {
    id: 'deleteResponse',
    method: 'DELETE',
    path: '/v1/responses/{id}',
    access: 'inference',
    tag: 'Inference',
    summary: 'Forget a kept response',
    params: RESPONSE,
    answer: { description: 'It is forgotten', schema: objectOf('response.deleted', ['id', 'deleted']) },
  },
  {
    id: 'cancelResponse',
    method: 'POST',
    path: '/v1/responses/{id}/cancel',
    access: 'inference',
    tag: 'Inference',
    summary: 'Cancel a response that is made in the background',
    params: RESPONSE,
    answer: { description: 'The response', schema: objectOf('response', ['id', 'status']) },
    errors: ['invalid_request'],
  },
  {
    id: 'listInputItems',
    method: 'GET',
    path: '/v1/responses/{id}/input_items',
    access: 'inference',
    tag: 'Inference',
    summary: 'What a kept response was an answer to',
    params: RESPONSE,
    query: inputItemsPage,
    answer: { description: 'A page of items', schema: listOf(['first_id', 'last_id', 'has_more']) },
  },
  {
    id: 'createMessage',
    method: 'POST',
    path: '/v1/messages',
    access: 'inference',
    tag: 'Inference',
    summary: 'Answer a conversation (Anthropic Messages)',
    headers: HINTS,
    body: { schema: messagesBody },
    answer: {
      description: 'The message; a stream of events with `stream: true`',
      schema: withFields('id', 'type', 'role', 'content', 'model', 'usage'),
      types: STREAMED,
    },
    errors: ANSWERING,
  },
  {
    id: 'countTokens',
    method: 'POST',
    path: '/v1/messages/count_tokens',
    access: 'inference',
    tag: 'Inference',
    summary: 'Estimate the input tokens of a message',
    body: { schema: countTokensBody },
    answer: { description: 'The estimate', schema: withFields('input_tokens') },
    errors: CHOICE,
  },
  {
    id: 'createCompletion',
    method: 'POST',
    path: '/v1/completions',
    access: 'inference',
    tag: 'Inference',
    summary: 'Continue a text (OpenAI Completions, legacy)',
    headers: HINTS,
    body: { schema: completionBody },
    answer: {
      description: 'The continuation; a stream of chunks with `stream: true`',
      schema: objectOf('text_completion', ['id', 'model', 'choices']),
      types: STREAMED,
    },
    errors: ANSWERING,
  },
  {
    id: 'createEmbedding',
    method: 'POST',
    path: '/v1/embeddings',
    access: 'inference',
    tag: 'Inference',
    summary: 'Vectors of texts (OpenAI Embeddings)',
    body: { schema: embeddingBody },
    answer: { description: 'The vectors, in the order of the inputs', schema: listOf(['model', 'usage']) },
    errors: ANSWERING,
  },
  {
    id: 'listModels',
    method: 'GET',
    path: '/v1/models',
    access: 'inference',
    tag: 'Models',
    summary: 'Models that may be asked for, with prices, abilities and live health',
    answer: { description: 'All models', schema: listOf() },
  },
  {
    id: 'getModel',
    method: 'GET',
    path: '/v1/models/{id}',
    access: 'inference',
    tag: 'Models',
    summary: 'One model',
    params: {
      id: { kind: 'model', description: 'Id or bare name of a model; slashes may stay as they are' },
    },
    answer: { description: 'The model', schema: objectOf('model', ['id']) },
    errors: ['model_not_found'],
  },
]
