import type * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { fieldPath } from '../core/field-path.ts'

/** A value that fits its schema. @throws AppError `invalid_request`, naming the field at fault */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const { success, data, error } = schema.safeParse(value)
  if (!success) throw invalidField(error)
  return data
}

/** The error for a body that does not fit its schema: names the field at fault, as `messages[2].content`. */
export function invalidField(error: z.ZodError): AppError {
  const { path, message } = deepestIssue(error.issues)
  const param = fieldPath(path)
  return new AppError(
    'invalid_request',
    param ? `Invalid '${param}': ${message}` : `Invalid body: ${message}`,
    {
      ...(param && { param }),
    },
  )
}

type Issue = z.core.$ZodIssue

/** A union reports one issue per branch; the branch that got furthest is the one the caller meant. A field too many is at fault itself. */
export function deepestIssue(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const first = issues[0]
  if (!first) return { path: [], message: 'does not fit' }
  if (first.code === 'unrecognized_keys') {
    return { path: [...first.path, ...first.keys.slice(0, 1)], message: 'there is no such field' }
  }
  if (first.code !== 'invalid_union' || first.errors.length === 0) return first
  const branches = first.errors.map(deepestIssue)
  const furthest = branches.reduce((best, branch) => (branch.path.length > best.path.length ? branch : best))
  if (furthest.path.length > 0) return { path: [...first.path, ...furthest.path], message: furthest.message }
  return { path: first.path, message: branches.map((branch) => branch.message).join(', or ') }
}

/** Codes of our own where a checker's words would say how it works. */
const CODES: Readonly<Record<string, string>> = {
  too_small: 'out_of_range',
  too_big: 'out_of_range',
  invalid_union: 'invalid_type',
  invalid_type: 'invalid_type',
  invalid_value: 'invalid_value',
}

type Located = { path: PropertyKey[]; code: string; message: string }

/** An issue as faults with codes of our own: one for each field too many. */
export function faultsOf(issue: Issue): Located[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      code: 'unknown_field',
      message: 'There is no such field',
    }))
  }
  const { path, message } = deepestIssue([issue])
  return [{ path, code: CODES[issue.code] ?? 'invalid', message }]
}
