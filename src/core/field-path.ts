/** What is told of a key; the rest of a longer one is cut off. */
const MAX_KEY_CHARS = 100

/** A place in a JSON document as people write it: `messages[2].content`, `pools["openai/gpt-5.1"].strategy`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') {
      text += `[${key}]`
      continue
    }
    const name = String(key).slice(0, MAX_KEY_CHARS)
    if (!/^[\w-]+$/.test(name)) text += `[${JSON.stringify(name)}]`
    else text += text ? `.${name}` : name
  }
  return text
}
