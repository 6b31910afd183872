/** FNV-1a (Fowler, Noll, Vo) over UTF-16 units: the same 32 bits for the same text. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Spreads neighbouring numbers over all 32 bits (the finisher of MurmurHash3). */
export function scattered(value: number): number {
  let bits = value ^ (value >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** A number in [0, 1), the same for the same text. */
export function chanceOf(text: string): number {
  return scattered(fnv1a(text)) / 2 ** 32
}
