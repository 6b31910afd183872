import * as z from 'zod'
import { compileRegex, RegexFault } from '../core/linear-regex.ts'

/** A pattern that runs in linear time; what is wrong with another is told with its place. */
export function linearPattern(maxChars: number) {
  return z
    .string()
    .min(1)
    .max(maxChars)
    .superRefine((source, context) => {
      try {
        compileRegex(source)
      } catch (cause) {
        if (!(cause instanceof RegexFault)) throw cause
        context.addIssue(`${cause.message}, at character ${cause.at + 1}`)
      }
    })
}
