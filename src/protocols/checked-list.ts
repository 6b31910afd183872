import * as z from 'zod'
import { deepestIssue } from './invalid-field.ts'

/** What the items of checked lists are, for whoever describes a body: the list itself only says that there are some. */
export const LISTED = new WeakMap<z.core.$ZodType, z.ZodType>()

/** A list of `min` to `max` items, checked up to the first at fault: a body has room for a million, and one error is told. */
export function checkedList<T extends z.ZodType>(item: T, max: number, min = 1) {
  const list = z.array(z.unknown()).min(min).max(max)
  LISTED.set(list, item)
  return list.transform((items, context) => {
    const checked: z.infer<T>[] = []
    for (const [index, input] of items.entries()) {
      const { data, error } = item.safeParse(input)
      if (error) {
        const { path, message } = deepestIssue(error.issues)
        context.issues.push({ code: 'custom', message, path: [index, ...path], input })
        return z.NEVER
      }
      checked.push(data)
    }
    return checked
  })
}
