/**
 * Two counts over a time that slides on, in slots of five seconds: a list of slot number, first and second count in
 * turn. Slots are numbered from the Unix epoch, so lists of several places can be put together.
 */
export type SlidingCounts = readonly number[]

const SLOT_MS = 5_000

/** The counts with more added now; what is older than `windowMs` is left out. */
export function withMore(
  counts: SlidingCounts,
  more: readonly [number, number],
  window: { now: number; windowMs: number },
): SlidingCounts {
  const slot = Math.floor(window.now / SLOT_MS)
  const [last, first, second] = counts.slice(-3)
  if (last !== slot || first === undefined || second === undefined) {
    return merged(counts, [slot, ...more], window)
  }
  return [...counts.slice(0, -2), first + more[0], second + more[1]]
}

/** Both lists as one, without what is older than `windowMs`. */
export function merged(
  counts: SlidingCounts,
  others: SlidingCounts,
  { now, windowMs }: { now: number; windowMs: number },
): SlidingCounts {
  const oldest = Math.floor((now - windowMs) / SLOT_MS)
  const bySlot = new Map<number, [number, number]>()
  for (const list of [counts, others]) {
    for (let at = 0; at < list.length; at += 3) {
      const slot = list[at] ?? 0
      if (slot < oldest) continue
      const [first, second] = bySlot.get(slot) ?? [0, 0]
      bySlot.set(slot, [first + (list[at + 1] ?? 0), second + (list[at + 2] ?? 0)])
    }
  }
  return [...bySlot].flatMap(([slot, sums]) => [slot, ...sums])
}

/** Both sums of the last `windowMs`. A slot that is only partly within counts in part. */
export function sumsOf(
  counts: SlidingCounts,
  { now, windowMs }: { now: number; windowMs: number },
): [number, number] {
  const from = now - windowMs
  let first = 0
  let second = 0
  for (let at = 0; at < counts.length; at += 3) {
    const end = ((counts[at] ?? 0) + 1) * SLOT_MS
    const share = Math.min(1, Math.max(0, (end - from) / SLOT_MS))
    first += share * (counts[at + 1] ?? 0)
    second += share * (counts[at + 2] ?? 0)
  }
  return [first, second]
}
