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
  'cheap for simple questions, strong for code': {
    rules: [
      {
        id: 'code',
        priority: 10,
        when: { signal: 'task_type', eq: 'code' },
        then: { model: 'anthropic/claude-sonnet-4.5', models: ['openai/gpt-5.1'] },
      },
      {
        id: 'simple',
        when: {
          all: [
            { signal: 'tier', eq: 'SIMPLE' },
            { signal: 'has_tools', eq: false },
          ],
        },
        then: { model: 'auto:floor', reasoning_effort: 'minimal' },
      },
    ],
  },
  'a support desk in Chinese': {
    aliases: { desk: 'route/support' },
    routes: {
      support: {
        model: 'openai/gpt-4.1-mini',
        allowed_models: ['openai/gpt-4.1*', 'google/gemini-2.5-*'],
        max_total_ms: 30_000,
      },
    },
    rules: [
      {
        id: 'chinese',
        when: {
          all: [
            { signal: 'model', eq: 'desk' },
            { signal: 'language', starts_with: 'zh' },
          ],
        },
        then: { model: 'google/gemini-2.5-flash', models: ['openai/gpt-4.1'] },
      },
    ],
  },
  'data stays in the EU, and nobody keeps it': {
    policy: { regions: ['eu', 'europe*'], provider: { data_collection: 'deny' } },
  },
  'quick in office hours, cheap at night': {
    policy: { cost_quality_tradeoff: 10 },
    rules: [
      {
        id: 'office-hours',
        when: {
          all: [
            { signal: 'weekday', between: ['mon', 'fri'], timezone: 'Asia/Taipei' },
            { signal: 'hour', gte: 9, lt: 18, timezone: 'Asia/Taipei' },
          ],
        },
        then: { provider: { sort: 'latency' } },
      },
    ],
  },
  'a new model for a tenth of the sessions': {
    rules: [
      {
        id: 'canary',
        percent: 10,
        when: { signal: 'model', eq: 'openai/gpt-4.1-mini' },
        then: { model: 'openai/gpt-5-mini', override: true },
      },
    ],
  },
  'keywords that want care': {
    rules: [
      {
        id: 'legal',
        when: {
          any: [
            { signal: 'text', contains_any: ['contract', 'liability', '合約', '個資'] },
            { signal: 'text', matches: '\\bgdpr\\b|\\barticle \\d+' },
          ],
        },
        then: { model: 'anthropic/claude-opus-4.5', max_cost_usd: 1 },
      },
    ],
  },
  'customers by their plan': {
    rules: [
      {
        id: 'gold',
        when: { signal: 'metadata.plan', eq: 'gold' },
        then: { cost_quality_tradeoff: 0, hedge: true },
      },
      {
        id: 'free',
        when: { not: { signal: 'metadata.plan', in: ['gold', 'silver'] } },
        then: { allowed_models: ['*-mini', '*-nano', '*flash*'], max_cost_usd: 0.01, cache: { ttl: 3_600 } },
      },
    ],
  },
  'no homework in the classroom': {
    rules: [
      {
        id: 'no-homework',
        when: {
          all: [
            { signal: 'header.x-app', eq: 'classroom' },
            { signal: 'task_type', in: ['math', 'code'] },
          ],
        },
        then: { block: { message: 'Try it yourself first' } },
      },
    ],
  },
}
