import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            remoteBindings: false,
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                OPENAI_API_KEY: 'sk-openai-0123456789',
                ANTHROPIC_API_KEY: 'sk-ant-0123456789',
                GEMINI_API_KEY: 'AIza0123456789',
                OPENROUTER_API_KEY: 'sk-or-0123456789',
                SECRETS_KEY: `test:${'A'.repeat(43)}=`,
              },
              ratelimits: { RATE_LIMIT: { namespace_id: '1001', simple: { limit: 20, period: 60 } } },
              compatibilityFlags: ['service_binding_extra_handlers'],
              queueConsumers: {
                'switchyard-events': { maxBatchTimeout: 0.05 },
                'switchyard-webhooks': { maxBatchTimeout: 0.05 },
                'switchyard-background': { maxBatchSize: 1, maxBatchTimeout: 0.05 },
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts', 'test/contract/**/*.test.ts'],
          setupFiles: ['./test/workers/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['./test/e2e/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          environment: 'node',
          include: ['test/browser/**/*.test.ts'],
        },
      },
    ],
  },
})
