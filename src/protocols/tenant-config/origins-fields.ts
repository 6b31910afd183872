import * as z from 'zod'

const MAX_ORIGINS = 100
const MAX_CHARS = 300

const origin = z
  .string()
  .max(MAX_CHARS)
  .refine(
    (text) => text === '*' || (/^https?:/.test(text) && URL.parse(text)?.origin === text),
    "expected an origin as browsers send it, such as 'https://app.example.com', or '*'",
  )

/** Web origins whose pages may call the API. */
export const originsFields = { origins: z.array(origin).max(MAX_ORIGINS).nullish() }

export function originsOf({ origins }: { origins?: string[] | null | undefined }): readonly string[] {
  return origins ?? []
}
