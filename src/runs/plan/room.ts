/** Gives a value, or null where there is no room for it any more. */
export type Taking = (read: () => unknown) => unknown

/**
 * Takes values until they have more than so many characters of JSON together, then reads no more: a plan may want a large
 * output many times. What was taken is too large then, by the value that was the last.
 */
export function takingOf(chars: number): Taking {
  let left = chars
  return (read) => {
    if (left < 0) return null
    const value = read()
    left -= (JSON.stringify(value) ?? '').length
    return value
  }
}
