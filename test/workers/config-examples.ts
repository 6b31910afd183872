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
}
