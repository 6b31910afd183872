import { join } from 'node:path'
import { expect, it } from 'vitest'
import { unstable_readConfig as readConfig } from 'wrangler'
import * as z from 'zod'

const named = z.object({ binding: z.string() })
const schema = z.object({
  name: z.string(),
  vars: z.record(z.string(), z.unknown()),
  d1_databases: z.array(named.extend({ database_name: z.string() })),
  kv_namespaces: z.array(named),
  queues: z.object({
    producers: z.array(named),
    consumers: z.array(
      z.object({
        queue: z.string(),
        max_batch_size: z.int(),
        max_retries: z.int(),
        dead_letter_queue: z.string(),
      }),
    ),
  }),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  migrations: z.array(z.object({ tag: z.string(), new_sqlite_classes: z.array(z.string()) })),
  ratelimits: z.array(z.object({ name: z.string(), simple: z.object({ limit: z.int(), period: z.int() }) })),
  assets: z.object({ binding: z.string(), run_worker_first: z.array(z.string()) }),
  triggers: z.object({ crons: z.array(z.string()) }),
  observability: z.object({ enabled: z.boolean() }),
  limits: z.object({ cpu_ms: z.int() }),
})
type Config = z.infer<typeof schema>

const config = join(import.meta.dirname, '../../wrangler.toml')
const local = schema.parse(readConfig({ config }))
const production = schema.parse(readConfig({ config, env: 'production' }))

/** What each environment must bind, by the name that the code uses. Named environments inherit none of it. */
const bindings = (of: Config) => ({
  d1: of.d1_databases.map(({ binding }) => binding),
  kv: of.kv_namespaces.map(({ binding }) => binding),
  producers: of.queues.producers.map(({ binding }) => binding),
  consumers: of.queues.consumers.map(({ max_batch_size, max_retries }) => ({ max_batch_size, max_retries })),
  durableObjects: of.durable_objects,
  migrations: of.migrations,
  rateLimits: of.ratelimits,
  assets: of.assets,
  triggers: of.triggers,
  observability: of.observability,
  limits: of.limits,
})

it('binds in production everything that it binds locally', () => {
  expect(bindings(local)).toMatchObject({
    d1: ['DB'],
    kv: ['CONFIG'],
    producers: ['EVENTS', 'BACKGROUND', 'TRAININGS', 'WEBHOOKS'],
  })
  expect(bindings(production)).toEqual(bindings(local))
})

const shared = (names: readonly string[]) => new Set(names).size < names.length

it('names production’s resources apart, and gives it no simulated hosts', () => {
  expect(production.name).not.toBe(local.name)
  expect(production.d1_databases[0]?.database_name).not.toBe(local.d1_databases[0]?.database_name)
  expect(
    shared([production, local].flatMap(({ queues }) => queues.consumers.map(({ queue }) => queue))),
  ).toBe(false)
  for (const { vars } of [local, production]) expect(vars).toEqual({})
})
