/** How much is looked through for where a value may begin, and how many beginnings are tried. */
const MAX_CHARS = 200_000
const MAX_STARTS = 20

/**
 * The JSON value in what a model wrote, whatever it put around it: fences, words, thoughts. Undefined where there is
 * none, or where several stand beside each other; never throws.
 */
export function readJson(text: string): unknown {
  const whole = parsed(text)
  if (whole !== undefined) return whole
  const fenced = [...text.matchAll(/```(?:json)?[ \t]*\n([\s\S]*?)```/gi)].at(-1)?.[1]
  const inFence = fenced === undefined ? undefined : parsed(fenced)
  if (inFence !== undefined) return inFence
  const tail = text.slice(-MAX_CHARS)
  const end = Math.max(tail.lastIndexOf('}'), tail.lastIndexOf(']'))
  if (end < 0) return undefined
  const starts = tail.slice(0, end).matchAll(tail[end] === '}' ? /\{/g : /\[/g)
  for (const { index } of starts.take(MAX_STARTS)) {
    const value = parsed(tail.slice(index, end + 1))
    if (value !== undefined) return value
  }
  return undefined
}

/** @returns undefined for what is no JSON */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
