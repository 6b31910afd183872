import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import * as history from '../../src/db/schema.ts'
import * as tenancy from '../../src/db/tenancy-schema.ts'
import { sumUsage } from '../../src/db/rollups.ts'
import worker from '../../src/worker.ts'
import { attemptEntry, decisionEntry } from './entries.ts'
import { countOf, db, mintKey, recorded, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

async function rowsOf(sql: string) {
  return (await env.DB.prepare(sql).all()).results
}

const nameRow = z.object({ name: z.string() })
const columnRow = z.object({ name: z.string(), type: z.string(), notnull: z.number(), pk: z.number() })
const indexRow = z.object({ name: z.string(), unique: z.number(), origin: z.string() })
const foreignRow = z.object({ from: z.string(), table: z.string(), to: z.string() })

type Index = { name: string | null; unique: boolean; on: readonly string[] }

/** SQLite lists indexes in no promised order. */
function byName(indexes: readonly Index[]): Index[] {
  return indexes.toSorted((a, b) => String(a.name).localeCompare(String(b.name)))
}

/** A table as the migrations made it. */
async function migrated(table: string) {
  const columns = z.array(columnRow).parse(await rowsOf(`pragma table_info(${table})`))
  const indexes = z.array(indexRow).parse(await rowsOf(`pragma index_list(${table})`))
  const indexed = await Promise.all(
    indexes.map(async ({ name, unique, origin }) => ({
      name: origin === 'c' ? name : null,
      unique: unique === 1,
      origin,
      columns: z
        .array(nameRow)
        .parse(await rowsOf(`pragma index_info(${name})`))
        .map((row) => row.name),
    })),
  )
  return {
    columns: columns.map(({ name, type, notnull, pk }) => ({
      name,
      type: type.toLowerCase(),
      notNull: notnull === 1 || pk > 0,
    })),
    primaryKey: columns
      .filter(({ pk }) => pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map(({ name }) => name),
    indexes: byName(
      indexed
        .filter(({ origin }) => origin !== 'pk')
        .map(({ name, unique, columns: on }) => ({ name, unique, on })),
    ),
    foreignKeys: z.array(foreignRow).parse(await rowsOf(`pragma foreign_key_list(${table})`)),
  }
}

const TABLES = [...Object.values(history), ...Object.values(tenancy)]

/** The same of a table of the schema. */
function declared(table: SQLiteTable) {
  const { columns, primaryKeys, indexes, foreignKeys } = getTableConfig(table)
  const uniques = columns.filter(({ isUnique }) => isUnique)
  const single = columns.filter(({ primary }) => primary).map(({ name }) => name)
  return {
    columns: columns.map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      notNull: column.notNull,
    })),
    primaryKey: primaryKeys[0]?.columns.map(({ name }) => name) ?? single,
    indexes: byName([
      ...indexes.map(({ config }) => ({
        name: config.name,
        unique: config.unique,
        on: config.columns.map((column) => ('name' in column ? column.name : 'an expression')),
      })),
      ...uniques.map(({ name }) => ({ name: null, unique: true, on: [name] })),
    ]),
    foreignKeys: foreignKeys.map((key) => {
      const { columns: from, foreignTable, foreignColumns } = key.reference()
      const { name } = getTableConfig(foreignTable)
      return { from: from[0]?.name, table: name, to: foreignColumns[0]?.name }
    }),
  }
}

describe('the migrations', () => {
  it.each(TABLES.map((table) => [getTableConfig(table).name, table] as const))(
    'make the table %s as the schema has it',
    async (name, table) => {
      expect(declared(table).columns.length).toBeGreaterThan(2)
      expect(await migrated(name)).toEqual(declared(table))
    },
  )

  it('make no other table', async () => {
    const tables = z
      .array(nameRow)
      .parse(await rowsOf("select name from sqlite_master where type = 'table'"))
      .map(({ name }) => name)
      .filter((name) => !/^(?:sqlite_|_cf_|d1_migrations)/.test(name))
    expect(tables.toSorted()).toEqual(TABLES.map((table) => getTableConfig(table).name).toSorted())
  })
})

/** Delivers bodies as one batch of queue messages. */
async function deliver(bodies: readonly unknown[]) {
  const messages = bodies.map((body, index) => ({
    id: `message-${index}`,
    timestamp: new Date(1),
    attempts: 1,
    body,
  }))
  const batch = createMessageBatch('switchyard-events', messages)
  const context = createExecutionContext()
  const failure = await worker.queue(batch, { ...env }, context).then(
    () => null,
    (error: unknown) => String(error),
  )
  return { failure, result: await getQueueResult(batch, context) }
}

const ownRows = (tenantId: string, table: 'decisions' | 'attempts' | 'rollups') =>
  countOf(`select count(*) as n from ${table} where tenant_id = ?`, tenantId)

const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER }

describe('the queue consumer', () => {
  it('writes a decision and its attempts, whole', async () => {
    const key = await mintKey()
    const { tenantId } = key
    const failed = attemptEntry({
      provider: 'openrouter',
      outcome: 'failed',
      failureCode: 'timeout',
      ttftMs: null,
      costMicroUsd: 5,
      usageEstimated: true,
    })
    const entry = decisionEntry({
      tenantId,
      streamed: true,
      detail: '{"a":"ü漢🚃\\u0000"}',
      attempts: [failed, attemptEntry({})],
    })
    const { result } = await deliver([entry])
    expect(result).toMatchObject({ ackAll: true, retryMessages: [] })
    const { decision, attempts } = await recorded(key, entry.id)
    const { version: _version, type: _type, trial: _trial, attempts: _attempts, ...fields } = entry
    expect(decision).toEqual({
      ...fields,
      attemptCount: 2,
      inputTokens: 200,
      outputTokens: 40,
      costMicroUsd: 75,
    })
    expect(attempts).toEqual([
      { ...failed, decisionId: entry.id, number: 1, tenantId },
      { ...attemptEntry({}), decisionId: entry.id, number: 2, tenantId },
    ])
  })

  it('changes nothing when a message comes twice', async () => {
    const { tenantId } = await mintKey()
    const [first, second] = [decisionEntry({ tenantId }), decisionEntry({ tenantId })]
    await deliver([first, first, second])
    const once = await sumUsage(db, { tenantId, ...ALL_TIME })
    expect(once).toMatchObject([{ attempts: 2, costMicroUsd: 140 }])
    expect((await deliver([second, first])).failure).toBeNull()
    expect(await sumUsage(db, { tenantId, ...ALL_TIME })).toEqual(once)
    expect([await ownRows(tenantId, 'decisions'), await ownRows(tenantId, 'attempts')]).toEqual([2, 2])
  })

  it('keeps sums per minute, model and host that equal their attempts', async () => {
    const { tenantId } = await mintKey()
    const outcomes = ['succeeded', 'failed', 'cancelled'] as const
    const entries = Array.from({ length: 30 }, (_, i) => {
      const attempt = attemptEntry({
        startedAt: 1_800_000_000_000 + i * 7_001,
        provider: i % 2 ? 'openai' : 'openrouter',
        outcome: outcomes[i % 3] ?? 'succeeded',
        costMicroUsd: i % 5 ? i : null,
        ttftMs: i % 4 ? i * 10 : null,
        latencyMs: i * 13,
        inputTokens: i,
        outputTokens: i * 2,
      })
      return decisionEntry({ tenantId, attempts: [attempt, attemptEntry({ startedAt: attempt.startedAt })] })
    })
    await deliver(entries)
    const columns = `tenant_id, started_at - started_at % 60000 as minute, model, provider, count(*) as attempts,
      sum(outcome = 'failed') as failures, sum(outcome = 'cancelled') as cancelled,
      sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
      sum(coalesce(cost_micro_usd, 0)) as cost_micro_usd, sum(latency_ms) as latency_ms_sum,
      sum(coalesce(ttft_ms, 0)) as ttft_ms_sum, count(ttft_ms) as ttft_count`
    const summed = env.DB.prepare(
      `select ${columns} from attempts where tenant_id = ? group by minute, provider order by minute, provider`,
    )
    const kept = env.DB.prepare('select * from rollups where tenant_id = ? order by minute, provider')
    const expected = (await summed.bind(tenantId).all()).results
    expect(expected.length).toBeGreaterThan(6)
    expect((await kept.bind(tenantId).all()).results).toEqual(expected)
  })

  it.each([
    ['no object', null],
    ['another version', { ...decisionEntry({ tenantId: 't' }), version: 2 }],
    ['a field of another type', { ...decisionEntry({ tenantId: 't' }), createdAt: 'now' }],
    ['negative tokens', decisionEntry({ tenantId: 't', attempts: [attemptEntry({ inputTokens: -1 })] })],
  ])('drops a message that is %s, and keeps the rest of its batch', async (_, malformed) => {
    const logs = watchLogs()
    const { tenantId } = await mintKey()
    const { failure, result } = await deliver([
      decisionEntry({ tenantId }),
      malformed,
      decisionEntry({ tenantId }),
    ])
    expect(failure).toBeNull()
    expect(result).toMatchObject({ ackAll: true, retryMessages: [] })
    expect(await ownRows(tenantId, 'decisions')).toBe(2)
    expect(logs.lines).toMatchObject([{ level: 'error', text: expect.stringContaining('message-1') }])
  })

  it('acknowledges nothing when D1 fails, and writes all of it the next time', async () => {
    const { tenantId } = await mintKey()
    const entries = [decisionEntry({ tenantId }), decisionEntry({ tenantId })]
    vi.spyOn(env.DB, 'batch').mockRejectedValueOnce(new Error('D1_ERROR: overloaded'))
    const { failure, result } = await deliver(entries)
    expect(failure).toContain('overloaded')
    expect(result).toMatchObject({ ackAll: false, explicitAcks: [] })
    expect(await ownRows(tenantId, 'decisions')).toBe(0)
    expect((await deliver(entries)).failure).toBeNull()
    expect(await ownRows(tenantId, 'decisions')).toBe(2)
  })

  it('takes a hundred entries with long details at once', async () => {
    const { tenantId } = await mintKey()
    const detail = JSON.stringify({ text: '漢字"\\'.repeat(40 * 256) })
    const { failure } = await deliver(Array.from({ length: 100 }, () => decisionEntry({ tenantId, detail })))
    expect(failure).toBeNull()
    expect([await ownRows(tenantId, 'decisions'), await ownRows(tenantId, 'attempts')]).toEqual([100, 100])
    const sql = 'select count(*) as n from decisions where tenant_id = ? and detail = ?'
    expect(await countOf(sql, tenantId, detail)).toBe(100)
  })
})
