/**
 * The arguments of a tool call with each of its texts and numbers passed through `write`; JSON stays JSON. What is none
 * is one text.
 */
export function mapArguments(argumentsJson: string, write: (text: string) => string): string {
  let value: unknown
  try {
    value = JSON.parse(argumentsJson)
  } catch {
    return write(argumentsJson)
  }
  const mapped = mapValues(value, write)
  return mapped === value ? argumentsJson : JSON.stringify(mapped)
}

/** The value itself where nothing changed. */
function mapValues(value: unknown, write: (text: string) => string): unknown {
  if (typeof value === 'string') return write(value)
  if (typeof value === 'number') {
    const written = write(String(value))
    return written === String(value) ? value : written
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => mapValues(item, write))
    return items.every((item, i) => item === value[i]) ? value : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const fields = entries.map(([key, field]) => [key, mapValues(field, write)] as const)
  return fields.every(([, field], i) => field === entries[i]?.[1]) ? value : Object.fromEntries(fields)
}

/** Fields of a request that hold words, in the formats of OpenAI, Anthropic and Google. */
const WORDS: ReadonlySet<string> = new Set([
  'content',
  'text',
  'system',
  'instructions',
  'input',
  'output',
  'prompt',
  'refusal',
])

/** A caller's own body with each of its words passed through `write`; all else as it is. */
export function mapWords<T>(body: T, write: (text: string) => string, within?: string): T
export function mapWords(body: unknown, write: (text: string) => string, within = ''): unknown {
  if (typeof body === 'string') return WORDS.has(within) ? write(body) : body
  if (Array.isArray(body)) return body.map((item) => mapWords(item, write, within))
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([key, field]) => [key, mapWords(field, write, key)]))
}
