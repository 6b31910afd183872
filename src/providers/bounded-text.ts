/**
 * A body as text, read up to a bound: a host may send without end. The rest is cancelled unread.
 *
 * @param onBytes called whenever bytes arrive
 * @returns `whole` is false when there was more than `maxChars`, and `text` is then cut there
 */
export async function boundedText(
  body: ReadableStream<Uint8Array> | null,
  maxChars: number,
  onBytes?: () => void,
): Promise<{ text: string; whole: boolean }> {
  if (!body) return { text: '', whole: true }
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { text: text + decoder.decode(), whole: true }
      onBytes?.()
      text += decoder.decode(value, { stream: true })
      if (text.length > maxChars) return { text: text.slice(0, maxChars), whole: false }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
