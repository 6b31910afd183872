import { AppError, type Fault } from '../core/errors.ts'
import { type ConfigHead, configInForce, type ConfigState } from '../db/config-versions.ts'
import { openDb } from '../db/database.ts'
import { formFaults, namesIn } from '../protocols/tenant-config/decode-config.ts'
import { nameFaults } from '../route/config-faults.ts'
import { type AppContext, backgroundOf } from './context.ts'
import { liveCatalog } from './live-catalog.ts'
import { publishConfig } from './publish-config.ts'

/** The most faults that one answer tells. */
const MAX_FAULTS = 100

/** What is wrong with a document in the light of today's catalog; empty when it may be gone by. */
export function configFaults(document: unknown, c: AppContext): Fault[] {
  const catalog = liveCatalog(c.env, Date.now(), backgroundOf(c))
  return [...formFaults(document), ...nameFaults(namesIn(document), catalog)].slice(0, MAX_FAULTS)
}

/** @throws AppError with everything that is wrong, the first in its message */
export function refuseFaults(document: unknown, c: AppContext): void {
  const faults = configFaults(document, c)
  const [first] = faults
  if (!first) return
  const { path, message } = first
  throw new AppError('invalid_request', `Invalid ${path ? `'${path}'` : 'body'}: ${message}`, {
    ...(path && { param: path }),
    faults,
  })
}

export function headBody({ version, createdAt, createdBy }: Omit<ConfigHead, 'tenantId'>) {
  return {
    object: 'config.version',
    version,
    created: Math.floor(createdAt / 1_000),
    created_by: createdBy,
  }
}

export function etag(version: number): string {
  return `"${version}"`
}

/**
 * Nobody overwrites what they have not seen.
 *
 * @param current 0 where there is none
 * @throws AppError `precondition_failed`, or `precondition_required` where the request does not say what it replaces
 */
export function checkPreconditions({ version: current }: ConfigState, c: AppContext): void {
  const match = c.req.header('if-match')
  const isNew = c.req.header('if-none-match')?.trim() === '*'
  if (current > 0) c.header('etag', etag(current))
  if ((match !== undefined && !matches(match, current)) || (isNew && current > 0)) {
    const problem = current === 0 ? 'There is no version yet' : `The current version is ${current}`
    throw new AppError('precondition_failed', problem, {
      param: match === undefined ? 'If-None-Match' : 'If-Match',
    })
  }
  if (current > 0 && match === undefined) {
    throw new AppError('precondition_required', 'Send the ETag of the version this replaces as If-Match', {
      param: 'If-Match',
    })
  }
}

/** Proxies that compress an answer make its tag a weak one. */
function matches(header: string, current: number): boolean {
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return current > 0 && tags.some((tag) => tag === '*' || tag === etag(current))
}

/** The error of a change that another one came before. */
export function overtaken(): AppError {
  return new AppError('precondition_failed', 'The configuration was changed at the same time: GET it first')
}

/** Publishes what was saved, also when the client does not stay for it. */
export async function published(c: AppContext): Promise<void> {
  const { tenantId } = c.var.caller
  const publishing = publishConfig(c.env, () => configInForce(openDb(c.env.DB), tenantId))
  backgroundOf(c)(publishing.catch(() => undefined))
  await publishing
}
