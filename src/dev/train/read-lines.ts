import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type * as z from 'zod'

/** Rows of a gzipped file with one JSON value a line. @throws when it is not there, or not as `schema` says */
export function readLines<Row>(path: string, schema: z.ZodType<Row>): Row[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => schema.parse(JSON.parse(line)))
}
