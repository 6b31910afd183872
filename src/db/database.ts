import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import * as history from './schema.ts'
import * as tenancy from './tenancy-schema.ts'

const schema = { ...history, ...tenancy }

/** D1 with typed queries. */
export type Db = DrizzleD1Database<typeof schema>

/** Costs nothing: call it where a query is made. */
export function openDb(database: D1Database): Db {
  return drizzle(database, { schema })
}
