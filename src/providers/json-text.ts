import * as z from 'zod'

/** Text that is JSON of this shape. What is wrong is told without the value: it may hold secrets. */
export function jsonText<T extends z.ZodType>(schema: T) {
  return z.string().transform((text, context): z.infer<T> => {
    const parsed = schema.safeParse(jsonOrUndefined(text))
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: z.prettifyError(parsed.error) })
    return z.NEVER
  })
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
