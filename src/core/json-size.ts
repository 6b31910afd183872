/** Whether a value as JSON has more bytes than that. */
export function isLarger(value: unknown, bytes: number): boolean {
  const json = JSON.stringify(value) ?? ''
  // A UTF-16 unit takes one to three bytes.
  return json.length > bytes || (json.length * 3 > bytes && new TextEncoder().encode(json).length > bytes)
}
