import * as z from 'zod'
import { METERED, type LimitRule } from '../../core/limits.ts'
import { LIMITS } from '../limits.ts'
import { limitFields, limitIssues, limitsOf } from '../limit-fields.ts'

const rule = z
  .strictObject({
    per: z.enum(METERED),
    /** A key's id, a user, or a pattern of model ids: the limits are for those together. */
    match: z.string().min(1).max(LIMITS.modelNameChars).nullish(),
    ...limitFields,
  })
  .superRefine((body, context) => {
    limitIssues(body, context)
    if (body.per === 'tenant' && body.match != null) {
      context.addIssue({ code: 'custom', path: ['match'], message: 'there is one tenant only' })
    }
    const { budget, requestsPerMinute, tokensPerMinute, parallel } = limitsOf(body)
    if (!budget && requestsPerMinute === null && tokensPerMinute === null && parallel === null) {
      context.addIssue({ code: 'custom', path: [], message: 'expected a limit: max_budget_usd, rpm, tpm …' })
    }
  })

/** What a tenant, its keys, users and models may take. */
export const limitsSection = {
  limits: z.array(rule).max(LIMITS.limitRules).nullish(),
}

type LimitsSection = z.infer<z.ZodObject<typeof limitsSection>>

export function decodeLimits({ limits }: LimitsSection): LimitRule[] {
  return (limits ?? []).map(({ per, match, ...body }) => ({
    per,
    match: match ?? null,
    limits: limitsOf(body),
  }))
}
