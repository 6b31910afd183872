import * as z from 'zod'
import { outsideUrlFault } from '../../core/outside-url.ts'

/**
 * An address that is to be called. One of this machine's has the right form, as `npm start` calls it; elsewhere calls to
 * it are refused.
 */
const outsideUrl = z.string().superRefine((url, context) => {
  const fault = outsideUrlFault(url, { allowLoopback: true })
  if (fault !== null) context.addIssue(fault)
})

/** Who is told of what happens with budgets. */
export const alertFields = { alert_url: outsideUrl.nullish() }

export function alertUrlOf({ alert_url: url }: { alert_url?: string | null | undefined }): string | null {
  return url ?? null
}
