import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { diffOf } from '../../core/json-diff.ts'
import {
  type ConfigRow,
  configState,
  type ConfigState,
  findConfig,
  insertConfig,
  listConfigs,
} from '../../db/config-versions.ts'
import { openDb } from '../../db/database.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { audit } from '../audit.ts'
import { checkPreconditions, etag, headBody, overtaken, published, refuseFaults } from '../config-requests.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { readJsonBody } from '../read-body.ts'
import { readDocument, wantsYaml, yamlOf } from '../read-document.ts'
import { configDryRunRoutes } from './config-dry-run.ts'
import { configRolloutRoutes } from './config-rollout.ts'

const MAX_PAGE = 100

const version = z.coerce.number().int().min(1)

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  /** A version: those before it. */
  before: version.default(Number.MAX_SAFE_INTEGER),
})

export const saving = z.object({ activate: z.enum(['true', 'false']).default('true') })

/** Versions; 0 is the empty document that a tenant begins with. */
export const comparing = z.object({
  from: z.coerce.number().int().min(0).optional(),
  to: z.coerce.number().int().min(0).optional(),
})

export const rollback = z.strictObject({ version: z.int().min(1) })

/** A tenant's own configuration: the document as it was sent, its version as the ETag. */
export const configRoutes = new Hono<AppEnv>()
  .route('/', configDryRunRoutes)
  .route('/', configRolloutRoutes)
  .get('/config', async (c) => {
    const state = await stateFor(c)
    if (state.version === 0)
      throw new AppError('not_found', 'There is no configuration yet: PUT the first one')
    return documentAnswer(await requireConfig(c, state.version, 'version'), c)
  })
  .put('/config', async (c) => {
    const isDraft = checked(saving, c.req.query()).activate === 'false'
    const document = await readDocument(c.req.raw)
    refuseFaults(document, c)
    const state = await stateFor(c)
    checkPreconditions(state, c)
    const action = isDraft ? 'config.draft' : 'config.put'
    return save(c, state, { action, document: JSON.stringify(document), isDraft })
  })
  .get('/config/versions', async (c) => {
    const { limit, before } = checked(page, c.req.query())
    const { tenantId } = c.var.caller
    const heads = await listConfigs(openDb(c.env.DB), { tenantId, before, limit: limit + 1 })
    return c.json({
      object: 'list',
      data: heads.slice(0, limit).map(headBody),
      has_more: heads.length > limit,
    })
  })
  .get('/config/versions/:version', async (c) => {
    const number = version.safeParse(c.req.param('version')).data ?? 0
    return documentAnswer(await requireConfig(c, number, 'version'), c)
  })
  .get('/config/diff', async (c) => {
    const asked = checked(comparing, c.req.query())
    const to = asked.to ?? (await latestVersion(c))
    const from = asked.from ?? Math.max(0, to - 1)
    const [older, newer] = await Promise.all([documentOf(c, from, 'from'), documentOf(c, to, 'to')])
    return c.json({ object: 'config.diff', from, to, changes: diffOf(older, newer) })
  })
  .post('/config/rollback', async (c) => {
    const wanted = checked(rollback, await readJsonBody(c.req.raw))
    const { document } = await requireConfig(c, wanted.version, 'version')
    refuseFaults(JSON.parse(document), c)
    const state = await stateFor(c)
    checkPreconditions(state, c)
    return save(c, state, { action: 'config.rollback', document, isDraft: false })
  })

function stateFor(c: AppContext): Promise<ConfigState> {
  return configState(openDb(c.env.DB), c.var.caller.tenantId)
}

/** A draft leaves the version in force, and so the ETag, as they are. */
async function save(
  c: AppContext,
  state: ConfigState,
  { action, document, isDraft }: { action: string; document: string; isDraft: boolean },
): Promise<Response> {
  const head = { createdAt: Date.now(), createdBy: c.var.caller.keyId }
  const made = await insertConfig(c.env.DB, state, { ...head, document, isDraft })
  if (made === null) throw overtaken()
  const before = state.version > 0 ? { before: { version: state.version } } : {}
  await audit(c, { action, object: String(made), ...before, after: { version: made } })
  if (!isDraft) {
    await published(c)
    c.header('etag', etag(made))
  }
  const isNew = state.version === 0 || isDraft
  return c.json(
    { ...headBody({ ...head, version: made }), ...(isDraft && { draft: true }) },
    isNew ? 201 : 200,
  )
}

function documentAnswer(row: ConfigRow, c: AppContext): Response {
  c.header('etag', etag(row.version))
  c.header('vary', 'accept')
  if (wantsYaml(c.req.raw)) {
    return c.body(yamlOf(JSON.parse(row.document)), 200, { 'content-type': 'application/yaml' })
  }
  return c.body(row.document, 200, { 'content-type': 'application/json' })
}

/** @throws AppError `not_found` */
async function requireConfig(c: AppContext, number: number, param: string): Promise<ConfigRow> {
  const { tenantId } = c.var.caller
  const row = await findConfig(openDb(c.env.DB), { tenantId, version: number })
  if (!row) throw new AppError('not_found', `There is no such version of the configuration`, { param })
  return row
}

async function documentOf(c: AppContext, number: number, param: string): Promise<unknown> {
  return number === 0 ? {} : JSON.parse((await requireConfig(c, number, param)).document)
}

async function latestVersion(c: AppContext): Promise<number> {
  const newest = { tenantId: c.var.caller.tenantId, before: Number.MAX_SAFE_INTEGER, limit: 1 }
  const [latest] = await listConfigs(openDb(c.env.DB), newest)
  return latest?.version ?? 0
}
