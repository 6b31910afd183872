/** Configurations of a tenant, as the README shows them. */
export const CONFIG_EXAMPLES = {
  'never without an answer': {
    fallbacks: { 'openai/gpt-4.1-mini': ['anthropic/claude-haiku-4.5', 'google/gemini-2.5-flash'] },
    default_fallbacks: ['auto'],
    context_window_fallbacks: { 'anthropic/claude-haiku-4.5': ['google/gemini-2.5-flash'] },
    content_policy_fallbacks: { 'openai/gpt-4.1-mini': ['anthropic/claude-haiku-4.5'] },
    num_retries: 1,
    max_total_ms: 120_000,
    timeouts: { connect_ms: 5_000, ttft_ms: 20_000 },
    hedge: { after_ms: 3_000 },
    stream_failure: { mode: 'continue', max_fallbacks: 2 },
  },
  'load shared by weight and limits': {
    pools: {
      'openai/gpt-4.1-mini': {
        strategy: 'simple-shuffle',
        deployments: [
          { host: 'openai', weight: 3, rpm: 500, tpm: 200_000 },
          { host: 'openrouter', weight: 1 },
        ],
      },
      '*': { strategy: 'latency-based' },
    },
    cache: { ttl: 300 },
  },
  'personal data stays with its owner': {
    guardrails: [
      { id: 'personal-data', kind: 'pii', on: ['input', 'output'], action: 'mask' },
      {
        id: 'staff-numbers',
        kind: 'regex',
        on: ['input', 'output'],
        action: 'mask',
        patterns: ['\\bEMP-\\d{4}\\b'],
        mask_with: '[STAFF]',
      },
      { id: 'projects', kind: 'keywords', on: ['output'], action: 'block', words: ['Project X', '机密'] },
    ],
  },
  'a support desk and nothing else': {
    guardrails: [
      { id: 'attacks', kind: 'prompt_injection', action: 'block', threshold: 0.6 },
      { id: 'support-only', kind: 'topics', action: 'block', languages: ['en', 'zh'] },
      { id: 'short-questions', kind: 'max_tokens', action: 'block', tokens: 4_000 },
    ],
  },
  "a checker of one's own": {
    guardrails: [
      {
        id: 'checker',
        kind: 'webhook',
        on: ['input', 'output'],
        action: 'block',
        url: 'https://checker.example/v1/check',
        timeout_ms: 1_000,
        fail_open: false,
      },
    ],
  },
}
