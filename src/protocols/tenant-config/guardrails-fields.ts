import * as z from 'zod'
import { TASK_TYPES } from '../../core/demand.ts'
import { GUARD_ACTIONS, GUARDED, type Guardrail, PII_ENTITIES } from '../../core/guardrails.ts'
import { outsideUrlFault } from '../../core/outside-url.ts'
import { linearPattern } from '../pattern-field.ts'

const MAX_GUARDRAILS = 32
const MAX_PATTERNS = 32
const MAX_WORDS = 200
const MAX_WORD_CHARS = 64
const MAX_PATTERN_CHARS = 512
const MAX_MASK_CHARS = 64
const MAX_LANGUAGES = 64
const MAX_TOKENS = 10_000_000
/** How sure the heuristics must be, unless it is said: one plain order, or two hints. */
const THRESHOLD = 0.6
const TIMEOUT_MS = { default: 2_000, max: 10_000 }

const pattern = linearPattern(MAX_PATTERN_CHARS)

const url = z.string().superRefine((address, context) => {
  const fault = outsideUrlFault(address, { allowLoopback: true })
  if (fault !== null) context.addIssue(fault)
})

const named = { id: z.string().regex(/^[\w.-]{1,64}$/) }
const anywhere = { on: z.array(z.enum(GUARDED)).min(1).max(2).nullish() }
const masking = {
  action: z.enum(GUARD_ACTIONS).nullish(),
  mask_with: z.string().min(1).max(MAX_MASK_CHARS).nullish(),
}
/** What concerns a request as a whole has nothing to write over, and no answer to look at. */
const ofRequests = {
  on: z.array(z.literal('input')).length(1).nullish(),
  action: z.enum(['report', 'block']).nullish(),
}

const guardrail = z.discriminatedUnion('kind', [
  z.strictObject({
    ...named,
    ...anywhere,
    ...masking,
    kind: z.literal('pii'),
    entities: z.array(z.enum(PII_ENTITIES)).min(1).nullish(),
  }),
  z.strictObject({
    ...named,
    ...anywhere,
    ...masking,
    kind: z.literal('regex'),
    patterns: z.array(pattern).min(1).max(MAX_PATTERNS),
  }),
  z.strictObject({
    ...named,
    ...anywhere,
    ...masking,
    kind: z.literal('keywords'),
    words: z.array(z.string().trim().min(1).max(MAX_WORD_CHARS)).min(1).max(MAX_WORDS),
  }),
  z.strictObject({
    ...named,
    ...ofRequests,
    kind: z.literal('prompt_injection'),
    threshold: z.number().min(0.1).max(1).nullish(),
  }),
  z.strictObject({
    ...named,
    ...ofRequests,
    kind: z.literal('topics'),
    task_types: z.array(z.enum(TASK_TYPES)).min(1).nullish(),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,8})?$/))
      .min(1)
      .max(MAX_LANGUAGES)
      .nullish(),
  }),
  z.strictObject({
    ...named,
    ...ofRequests,
    kind: z.literal('max_tokens'),
    tokens: z.int().min(1).max(MAX_TOKENS),
  }),
  z.strictObject({
    ...named,
    ...anywhere,
    kind: z.literal('webhook'),
    action: z.enum(GUARD_ACTIONS).nullish(),
    url,
    timeout_ms: z.int().min(100).max(TIMEOUT_MS.max).nullish(),
    fail_open: z.boolean().nullish(),
  }),
])
type BodyGuardrail = z.infer<typeof guardrail>

/** The guardrails of a tenant, in the order they are applied; each is known by its id. */
export const guardrailsFields = {
  guardrails: z
    .array(guardrail)
    .max(MAX_GUARDRAILS)
    .superRefine((rails, context) => {
      for (const [i, { id }] of rails.entries()) {
        if (rails.findIndex((other) => other.id === id) < i) {
          context.addIssue({ code: 'custom', path: [i, 'id'], message: `There is another guardrail '${id}'` })
        }
      }
    })
    .nullish(),
}

export function guardrailsOf({
  guardrails,
}: {
  guardrails?: readonly BodyGuardrail[] | null | undefined
}): readonly Guardrail[] {
  return (guardrails ?? []).map((body) => ({
    id: body.id,
    on: body.on ?? ['input'],
    action: body.action ?? 'report',
    maskWith: ('mask_with' in body ? body.mask_with : null) ?? null,
    check: checkOf(body),
  }))
}

function checkOf(body: BodyGuardrail): Guardrail['check'] {
  const { kind } = body
  switch (kind) {
    case 'pii':
      return { kind, entities: body.entities ?? PII_ENTITIES }
    case 'regex':
      return { kind, patterns: body.patterns }
    case 'keywords':
      return { kind, words: body.words }
    case 'prompt_injection':
      return { kind, threshold: body.threshold ?? THRESHOLD }
    case 'topics':
      return { kind, taskTypes: body.task_types ?? null, languages: body.languages ?? null }
    case 'max_tokens':
      return { kind, tokens: body.tokens }
    case 'webhook':
      return {
        kind,
        url: body.url,
        timeoutMs: body.timeout_ms ?? TIMEOUT_MS.default,
        failOpen: body.fail_open ?? true,
      }
  }
}
