import * as z from 'zod'
import { AGGREGATIONS, type Check, type CollaborationWish, PATTERNS } from '../core/collaboration.ts'

const names = z.array(z.string()).readonly()

const check = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['tool_arguments', 'arithmetic', 'code_syntax']) }),
  z.object({ kind: z.literal('schema'), schema: z.null() }),
  z.object({ kind: z.literal('regex'), pattern: z.literal(''), mustMatch: z.boolean() }),
])

/** What was wished of several models, as it is recorded: rubrics, schemas and patterns choose nobody, and are not kept. */
export const recordedWish = z.object({
  pattern: z.enum(PATTERNS).exactOptional(),
  cascade: z
    .object({
      models: names.exactOptional(),
      threshold: z.number().exactOptional(),
      samples: z.number().exactOptional(),
      verifier: z.string().exactOptional(),
    })
    .exactOptional(),
  panel: z
    .object({
      size: z.number().exactOptional(),
      models: names.exactOptional(),
      mixed: z.boolean().exactOptional(),
      aggregation: z.enum(AGGREGATIONS).exactOptional(),
      judge: z.string().exactOptional(),
      report: z.boolean().exactOptional(),
      minSuccessful: z.number().exactOptional(),
      maxConcurrent: z.number().exactOptional(),
      roundTimeoutMs: z.number().exactOptional(),
    })
    .exactOptional(),
  verify: z
    .object({
      checks: z.array(check).readonly().exactOptional(),
      judge: z.string().exactOptional(),
      maxRetries: z.number().exactOptional(),
    })
    .exactOptional(),
})

/** What is kept of a wish. */
export function recordedWishOf({ panel, verify, ...wish }: CollaborationWish): z.infer<typeof recordedWish> {
  const { rubric: _panels, ...members } = panel ?? {}
  const { rubric: _verifiers, checks, ...rest } = verify ?? {}
  return {
    ...wish,
    ...(panel && { panel: members }),
    ...(verify && { verify: { ...rest, ...(checks && { checks: checks.map(withoutWords) }) } }),
  }
}

function withoutWords(said: Check): z.infer<typeof check> {
  switch (said.kind) {
    case 'schema':
      return { kind: said.kind, schema: null }
    case 'regex':
      return { kind: said.kind, pattern: '', mustMatch: said.mustMatch }
    case 'tool_arguments':
    case 'arithmetic':
    case 'code_syntax':
      return said
  }
}
