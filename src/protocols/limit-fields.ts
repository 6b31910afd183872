import * as z from 'zod'
import type { Limits } from '../core/limits.ts'
import { microUsdOf, usdOf, usdOrNull } from '../core/money.ts'

/** The largest amount, in USD: in micro-USD it is still exact. */
const MAX_USD = 1_000_000_000
const amount = z.number().min(0).max(MAX_USD)
const perMinute = z.int().min(1).max(1_000_000_000)
const MAX_PARALLEL = 100_000

/** Seconds, minutes, hours, days or calendar months, up to some years. */
const duration = z
  .string()
  .regex(/^(?:[1-9]\d{0,8}s|[1-9]\d{0,6}m|[1-9]\d{0,4}h|[1-9]\d{0,3}d|[1-9]\d?mo)$/, {
    error: 'a number and s, m, h, d or mo, as 30d',
  })

/** What may be taken, in LiteLLM's words: the same for a tenant, a key, a user and a model. Check `limitIssues` as well. */
export const limitFields = {
  max_budget_usd: amount.nullish(),
  budget_duration: duration.nullish(),
  soft_budget_usd: amount.nullish(),
  rpm: perMinute.nullish(),
  tpm: perMinute.nullish(),
  max_parallel_requests: z.int().min(1).max(MAX_PARALLEL).nullish(),
  strict: z.boolean().nullish(),
}

const limitsBody = z.object(limitFields)
type LimitsBody = z.infer<typeof limitsBody>

/** What is wrong with limits whose fields are right each by itself: for `superRefine` of the object that has them. */
export function limitIssues(body: LimitsBody, context: z.RefinementCtx): void {
  const { max_budget_usd: most, soft_budget_usd: soft, budget_duration: during } = body
  const refuse = (path: keyof LimitsBody, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (most == null) {
    if (soft != null) refuse('soft_budget_usd', 'needs max_budget_usd beside it')
    if (during != null) refuse('budget_duration', 'needs max_budget_usd beside it')
  } else if (soft != null && soft > most) {
    refuse('soft_budget_usd', 'is more than max_budget_usd')
  }
}

/** Limits as they are sent: `null` for none. */
export const limitsField = z.strictObject(limitFields).superRefine(limitIssues).nullish()

/** The limits that a body's fields name. Amounts are rounded to whole micro-USD. */
export function limitsOf(body: LimitsBody): Limits {
  const { max_budget_usd: most, soft_budget_usd: soft } = body
  return {
    budget:
      most == null
        ? null
        : {
            maxMicroUsd: microUsdOf(most),
            softMicroUsd: soft == null ? null : microUsdOf(soft),
            duration: body.budget_duration ?? null,
          },
    requestsPerMinute: body.rpm ?? null,
    tokensPerMinute: body.tpm ?? null,
    parallel: body.max_parallel_requests ?? null,
    strict: body.strict ?? false,
  }
}

/** Limits in the words they are sent in. */
export function encodeLimits({ budget, ...limits }: Limits): Required<LimitsBody> {
  return {
    max_budget_usd: budget && usdOf(budget.maxMicroUsd),
    budget_duration: budget?.duration ?? null,
    soft_budget_usd: budget && usdOrNull(budget.softMicroUsd),
    rpm: limits.requestsPerMinute,
    tpm: limits.tokensPerMinute,
    max_parallel_requests: limits.parallel,
    strict: limits.strict,
  }
}
