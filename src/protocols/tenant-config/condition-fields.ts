import * as z from 'zod'
import { type Comparison, type Condition, OPERATORS, signalCalled, SIGNALS } from '../../core/rules.ts'

/**
 * Bounds of one document's rules. Depth counts `all`, `any` and `not`; leaves and regular expressions are those of all
 * rules together.
 */
export const RULE_LIMITS = {
  rules: 100,
  depth: 8,
  leaves: 500,
  regexes: 50,
  operandChars: 512,
  operands: 100,
} as const

const text = z.string().max(RULE_LIMITS.operandChars)
const scalar = z.union([text, z.number(), z.boolean()])
const comparable = z.union([text, z.number()])
const list = z.array(comparable).min(1).max(RULE_LIMITS.operands)

const operatorFields = {
  eq: scalar.nullish(),
  ne: scalar.nullish(),
  in: list.nullish(),
  not_in: list.nullish(),
  gt: comparable.nullish(),
  gte: comparable.nullish(),
  lt: comparable.nullish(),
  lte: comparable.nullish(),
  between: z.array(comparable).length(2).nullish().describe('The least and the most.'),
  contains: text.min(1).nullish(),
  contains_any: list.nullish(),
  starts_with: text.min(1).nullish(),
  ends_with: text.min(1).nullish(),
  matches: text
    .min(1)
    .nullish()
    .describe('A regular expression that runs in linear time: no look-around, no references.'),
  exists: z.boolean().nullish(),
}

/** A condition as it is written: a leaf, or others joined. What it says is checked by `conditionFaults`. */
export type ConditionBody = {
  all?: ConditionBody[] | null | undefined
  any?: ConditionBody[] | null | undefined
  not?: ConditionBody | null | undefined
  signal?: string | null | undefined
  timezone?: string | null | undefined
} & z.infer<z.ZodObject<typeof operatorFields>>

export const condition: z.ZodType<ConditionBody> = z
  .strictObject({
    all: z
      .lazy(() => conditions)
      .nullish()
      .describe('True where all of these are.'),
    any: z
      .lazy(() => conditions)
      .nullish()
      .describe('True where one of these is.'),
    not: z
      .lazy(() => condition)
      .nullish()
      .describe('True where this is not.'),
    signal: z
      .string()
      .nullish()
      .meta({
        description: 'What is looked at: one of these, or metadata. or header. and a name.',
        examples: [...Object.keys(SIGNALS), 'metadata.plan', 'header.x-team'],
      }),
    timezone: z
      .string()
      .nullish()
      .describe('Whose clock hour, weekday and date are read from, such as Asia/Taipei.'),
    ...operatorFields,
  })
  .meta({
    id: 'condition',
    description: 'Either one of all, any and not, or a signal and what it is compared with.',
  })
const conditions = z.array(condition).min(1).max(RULE_LIMITS.leaves)

/** Whether JSON is nested so deep that reading it could end our stack. */
export function isTooDeep(value: unknown, levels = 2 * RULE_LIMITS.depth + 8): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}

/** The operators of a leaf, in the order of `OPERATORS`. */
export function comparisonsOf(body: ConditionBody): readonly Comparison[] {
  return OPERATORS.flatMap((operator) => {
    const operand = body[operator]
    return operand === null || operand === undefined ? [] : { operator, operand }
  })
}

/** A condition that was checked. @throws where it was not */
export function conditionOf(body: ConditionBody): Condition {
  if (body.all) return { kind: 'all', of: body.all.map(conditionOf) }
  if (body.any) return { kind: 'any', of: body.any.map(conditionOf) }
  if (body.not) return { kind: 'not', of: conditionOf(body.not) }
  const called = signalCalled(body.signal ?? '')
  if (!called) throw new Error(`No signal '${body.signal}'`)
  return { kind: 'leaf', ...called, timezone: body.timezone ?? null, comparisons: comparisonsOf(body) }
}
