/** A prompt as it is weighed for difficulty: its text and the tools that come with it. */
export type Prompt = {
  text: string
  /** `chars`: length of the whole definition. */
  tools: readonly { name: string; chars: number }[]
}

/** The words of a name such as `getWeather_now`, in lower case. */
export function namePieces(name: string): string[] {
  const parts = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  return parts.filter(({ length }) => length > 2)
}
