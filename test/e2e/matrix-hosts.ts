import type { WireFormat } from '../../src/core/chat.ts'

/** What a model is asked through: one wire format, and models of the simulated hosts that speak it. */
export type Outbound = {
  format: WireFormat
  /** Where a host of this format is asked. */
  path: RegExp
  model: string
  /** A model that shows what it thinks. */
  thinker: string
  /** A model that thinks, calls tools and wants its sealed thoughts back. */
  sealer: string
  /** How many sealed thoughts it then gives, some of them without words. */
  seals: number
}

/** Local hosts force the format: each speaks only its own. */
export const OUTBOUND: readonly Outbound[] = [
  {
    format: 'openai-chat',
    path: /\/v1\/chat\/completions$/,
    model: 'only-chat/gpt-4.1-mini',
    thinker: 'thinking-chat/deepseek-v4-pro',
    sealer: 'thinking-chat/deepseek-v4-pro',
    seals: 0,
  },
  {
    format: 'openai-responses',
    path: /\/v1\/responses$/,
    model: 'only-responses/gpt-5-mini',
    thinker: 'only-responses/gpt-5-mini',
    // OpenAI itself: a server of the operator's own has nobody's seals. With tools it takes this model only here.
    sealer: 'openai/gpt-5.4-mini',
    seals: 1,
  },
  {
    format: 'anthropic-messages',
    path: /\/v1\/messages$/,
    model: 'only-messages/claude-haiku-4-5',
    thinker: 'only-messages/claude-haiku-4-5',
    sealer: 'only-messages/claude-haiku-4-5',
    seals: 2,
  },
  {
    format: 'google-generate-content',
    path: /\/v1beta\/models\/[^/]+:(?:generateContent|streamGenerateContent)$/,
    model: 'only-google/gemini-3.5-flash',
    thinker: 'only-google/gemini-3.5-flash',
    sealer: 'only-google/gemini-3.5-flash',
    seals: 1,
  },
]

function model(id: string, like: string): object {
  return {
    id,
    like,
    context_window: 128_000,
    max_output_tokens: 16_000,
    tools: true,
    input_modalities: ['text', 'image'],
    structured_output: 'json_schema',
  }
}

function thinkingModel(id: string, like: string): object {
  return { ...model(id, like), reasoning_efforts: ['none', 'low', 'medium', 'high'] }
}

/** The hosts above as the Worker's configuration has them. */
export function matrixHosts(hostsUrl: string): string {
  const host = (id: string, format: WireFormat, path: string, only: object) => {
    return { id, format, base_url: `${hostsUrl}${path}`, models: [only] }
  }
  return JSON.stringify([
    host('only-chat', 'openai-chat', '/openai/v1', model('gpt-4.1-mini', 'openai/gpt-4.1-mini')),
    host(
      'thinking-chat',
      'openai-chat',
      '/deepseek/v1',
      thinkingModel('deepseek-v4-pro', 'deepseek/deepseek-v4-pro'),
    ),
    host(
      'only-responses',
      'openai-responses',
      '/openai/v1',
      thinkingModel('gpt-5-mini', 'openai/gpt-5-mini'),
    ),
    host(
      'only-messages',
      'anthropic-messages',
      '/anthropic/v1',
      thinkingModel('claude-haiku-4-5', 'anthropic/claude-haiku-4.5'),
    ),
    host(
      'only-google',
      'google-generate-content',
      '/google/v1beta',
      thinkingModel('gemini-3.5-flash', 'google/gemini-3.5-flash'),
    ),
  ])
}
