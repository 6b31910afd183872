import * as z from 'zod'
import {
  AGGREGATIONS,
  type CascadeWish,
  type Check,
  COLLABORATION_LIMITS as BOUNDS,
  type CollaborationWish,
  type PanelWish,
  PATTERN_MODELS,
  PATTERNS,
  UNASKED_PATTERNS,
  type UnaskedWish,
  type VerifyWish,
} from '../core/collaboration.ts'
import { AppError } from '../core/errors.ts'
import { present } from '../core/present.ts'
import type { RoutingPreferences } from '../core/routing.ts'
import { checkedList } from './checked-list.ts'
import { modelName } from './name-fields.ts'
import { linearPattern } from './pattern-field.ts'

const share = z.number().min(0).max(1)
const rubric = z.string().min(1).max(BOUNDS.rubricChars).nullish().describe('What a judge goes by.')
const answers = z.int().min(1).max(BOUNDS.panelSize)
const members = z.array(modelName).min(1).max(BOUNDS.panelSize).nullish()

const cascadeFields = {
  models: z
    .array(modelName)
    .min(BOUNDS.leastCascadeModels)
    .max(BOUNDS.cascadeModels)
    .nullish()
    .describe('Who is asked, cheapest first.'),
  threshold: share
    .nullish()
    .describe('The confidence (0 to 1) at which an answer is kept. Where nobody says: where going on pays.'),
  samples: z
    .int()
    .min(0)
    .max(BOUNDS.samples)
    .nullish()
    .describe('How many further short answers each answer is compared with.'),
  verifier: modelName.nullish().describe('The model that judges answers.'),
}

const fusionFields = {
  size: z
    .int()
    .min(BOUNDS.leastPanelSize)
    .max(BOUNDS.panelSize)
    .nullish()
    .describe('How many answers are given.'),
  models: members.describe('Who gives them, in turn. Where nobody says: the best model gives all.'),
  analysis_models: members.describe('Another word for models.'),
  mixed: z.boolean().nullish().describe('True: the best of several models give one each.'),
  judge: modelName.nullish().describe('The model that judges and compares, and writes the one answer.'),
  model: modelName.nullish().describe('Another word for judge.'),
  rubric,
  min_successful_responses: answers.nullish().describe('With fewer answers the panel has failed.'),
  max_concurrent: answers.nullish().describe('How many are asked at a time.'),
  round_timeout_ms: z
    .int()
    .min(1)
    .max(BOUNDS.roundTimeoutMs)
    .nullish()
    .describe('Who has not answered by then is not waited for.'),
}

const panelFields = {
  ...fusionFields,
  aggregation: z
    .enum(AGGREGATIONS)
    .nullish()
    .describe('How answers become one. Where nobody says: by vote if they can be compared, else by a judge.'),
  report: z.boolean().nullish().describe('True: the answers are compared in a report.'),
}
const panelBody = z.strictObject(panelFields).superRefine(panelIssues)
type PanelBody = z.infer<typeof panelBody>

/** Two words for one thing, and more answers wanted than there can be. */
function panelIssues(body: PanelBody, context: z.RefinementCtx): void {
  const { size, min_successful_responses: least } = body
  for (const [word, other] of [['models', 'analysis_models'] as const, ['judge', 'model'] as const]) {
    if (body[word] == null || body[other] == null) continue
    context.addIssue({ code: 'custom', path: [other], message: `another word for '${word}': say it once` })
  }
  const named = (body.models ?? body.analysis_models ?? []).length
  const most = size ?? (named > 1 ? named : BOUNDS.panelSize)
  if (least != null && least > most) {
    const message = `expected at most ${most}: there are no more answers`
    context.addIssue({ code: 'custom', path: ['min_successful_responses'], message })
  }
}

const PLAIN_CHECKS = ['tool_arguments', 'arithmetic', 'code_syntax'] as const
const check = z.union([
  z.enum(['schema', ...PLAIN_CHECKS]),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(PLAIN_CHECKS) }),
    z.strictObject({
      type: z.literal('schema'),
      schema: z
        .record(z.string(), z.unknown())
        .nullish()
        .describe('What the text must fit. Where nobody says: what the request asks for.'),
    }),
    z.strictObject({
      type: z.literal('regex'),
      pattern: linearPattern(BOUNDS.patternChars).describe(
        'A regular expression that runs in linear time: no look-around, no references.',
      ),
      must_match: z.boolean().nullish().describe('False: the text may hold no match.'),
    }),
  ]),
])

const verifyFields = {
  checks: checkedList(check, BOUNDS.checks)
    .nullish()
    .describe('What is checked of an answer. Without checks and judge: what the request itself asks for.'),
  judge: modelName.nullish().describe('The model that judges the answer besides.'),
  rubric,
  max_retries: z
    .int()
    .min(0)
    .max(BOUNDS.retries)
    .nullish()
    .describe('How often an answer that does not pass is sent back with what is wrong with it.'),
}

const enabled = z.boolean().nullish().describe('False: as if it were not there.')

/** How an answer is checked, wherever that may be said. */
export const verifyBody = z.strictObject(verifyFields)

/** What a caller wishes several models to do for an answer, as entries of `plugins`. */
export const collaborationPlugin = z.discriminatedUnion('id', [
  z.strictObject({ id: z.literal('cascade'), enabled, ...cascadeFields }),
  z.strictObject({ id: z.literal('panel'), enabled, ...panelFields }).superRefine(panelIssues),
  z.strictObject({ id: z.literal('fusion'), enabled, ...fusionFields }).superRefine(panelIssues),
  z.strictObject({ id: z.literal('verify'), enabled, ...verifyFields }),
])
type CollaborationPlugin = z.infer<typeof collaborationPlugin>

/** The same words in a tenant's configuration, and what it lets happen unasked. */
export const collaborationSection = z.strictObject({
  pattern: z.enum(PATTERNS).nullish().describe('How answers are worked on where a request does not say.'),
  cascade: z.strictObject(cascadeFields).nullish(),
  panel: panelBody.nullish().describe('Of panels and fusions.'),
  verify: verifyBody.nullish(),
  unasked: z
    .strictObject({
      patterns: z.array(z.enum(UNASKED_PATTERNS)).max(UNASKED_PATTERNS.length).nullish(),
      min_gain: share.nullish().describe('The least predicted gain in quality (0 to 1) that is worth it.'),
      max_cost_ratio: z
        .number()
        .positive()
        .max(BOUNDS.costRatio)
        .nullish()
        .describe('How many times as dear as one model’s answer it may be.'),
    })
    .nullish()
    .describe('What several models may do where nobody asks for it and it pays.'),
})

/** What a configuration says of it. */
export function collaborationOf(
  body: z.infer<typeof collaborationSection>,
): CollaborationWish & { unasked?: UnaskedWish } {
  const { pattern, cascade, panel, verify, unasked } = body
  return present({
    pattern,
    cascade: cascade && unlessEmpty(cascadeWish(cascade)),
    panel: panel && unlessEmpty(panelWish(panel)),
    verify: verify && verifyWish(verify),
    unasked:
      unasked &&
      present({
        patterns: unasked.patterns,
        minGain: unasked.min_gain,
        maxCostRatio: unasked.max_cost_ratio,
      }),
  })
}

/**
 * What a request wishes; null where it says nothing. Its other plugins are null here, and ignored.
 *
 * @throws AppError `invalid_request` for two of a kind, or ways of working that exclude each other
 */
export function collaborationWish(
  plugins: readonly (CollaborationPlugin | null)[],
  model: string,
): CollaborationWish | null {
  const wish: CollaborationWish = {}
  const seen = new Set<string>()
  const named = patternIn(model)
  for (const [index, plugin] of plugins.entries()) {
    if (!plugin || plugin.enabled === false) continue
    const { id } = plugin
    if (seen.has(id)) throw invalidPlugin(index, `there is another '${id}'`)
    seen.add(id)
    if (plugin.id === 'verify') {
      wish.verify = verifyWish(plugin)
      continue
    }
    const other = [wish.pattern, named].find((pattern) => pattern !== undefined && pattern !== plugin.id)
    if (other) throw invalidPlugin(index, `'${id}' excludes '${other}', which is asked for too`)
    wish.pattern = plugin.id
    const own =
      plugin.id === 'cascade'
        ? { cascade: unlessEmpty(cascadeWish(plugin)) }
        : { panel: unlessEmpty(panelWish(plugin)) }
    Object.assign(wish, present(own))
  }
  return seen.size > 0 ? wish : null
}

/** @throws AppError where several choices are asked for that cannot be one answer */
export function refuseChoices(
  n: number | null | undefined,
  { model, collaboration }: RoutingPreferences,
): void {
  if ((n ?? 1) === 1 || (!collaboration && !patternIn(model))) return
  throw invalid('n', 'an answer that several models work on is one; ask for 1')
}

/** The pattern that a model name asks for. */
function patternIn(model: string) {
  const [name = ''] = model.toLowerCase().split(':')
  return PATTERN_MODELS.get(name)
}

function invalidPlugin(index: number, message: string): AppError {
  return invalid(`plugins[${index}]`, message)
}

function invalid(param: string, message: string): AppError {
  return new AppError('invalid_request', `Invalid '${param}': ${message}`, { param })
}

function cascadeWish(body: z.infer<z.ZodObject<typeof cascadeFields>>): CascadeWish {
  const { models, threshold, samples, verifier } = body
  return present({ models, threshold, samples, verifier })
}

function panelWish(body: PanelBody): PanelWish {
  const { size, mixed, aggregation, report } = body
  return present({
    size,
    models: body.models ?? body.analysis_models,
    mixed,
    aggregation,
    judge: body.judge ?? body.model,
    rubric: body.rubric,
    report,
    minSuccessful: body.min_successful_responses,
    maxConcurrent: body.max_concurrent,
    roundTimeoutMs: body.round_timeout_ms,
  })
}

/** What a plugin, a configuration or a task says of checks. */
export function verifyWish(body: z.infer<typeof verifyBody>): VerifyWish {
  const { checks, judge, max_retries: maxRetries } = body
  return present({ checks: checks?.map(checkOf), judge, rubric: body.rubric, maxRetries })
}

function checkOf(body: z.infer<typeof check>): Check {
  if (typeof body === 'string') return checkOf({ type: body })
  switch (body.type) {
    case 'schema':
      return { kind: body.type, schema: body.schema ?? null }
    case 'regex':
      return { kind: body.type, pattern: body.pattern, mustMatch: body.must_match ?? true }
    case 'tool_arguments':
    case 'arithmetic':
    case 'code_syntax':
      return { kind: body.type }
  }
}

function unlessEmpty<T extends object>(wish: T): T | null {
  return Object.keys(wish).length > 0 ? wish : null
}
