/**
 * How likely each bit of one kind of number is to be 1, as far as coded: of 65,536, and from how many bits it was
 * learned. Writer and reader learn the same.
 */
export type Statistics = { chances: Uint16Array; counts: Uint8Array }

/** What bits are written to; `finish` once, last. */
export type BitWriter = {
  /** Costs the less the likelier the bit was by what `statistics` say at `at`, which learn from it. */
  learned(bit: number, statistics: Statistics, at: number): void
  /** The low `width` bits of a number below 2³², each as likely 0 as 1. */
  plain(value: number, width: number): void
  finish(): Uint8Array
}

/** Gives back in the same order what was written, or throws RangeError where there is nothing left. */
export type BitReader = {
  learned(statistics: Statistics, at: number): number
  plain(width: number): number
  /** @throws RangeError when not all was read */
  finish(): void
}

const ONE = 0x10000
const EVEN = ONE / 2
/** Bits before the latest that count as much as it does. */
const MEMORY = 255
/** By how many bits were seen, how much of the way to the next one the chance goes (Krichevsky and Trofimov 1981). */
const RATES = Float64Array.from({ length: MEMORY + 1 }, (_, count) => 1 / (count + 1.5))
const TOP = 0xff_ff_ff_ff
const BYTES = 4

/** Statistics of `size` bits, none of them seen yet. */
export function createStatistics(size: number): Statistics {
  return { chances: new Uint16Array(size).fill(EVEN), counts: new Uint8Array(size) }
}

/** Both ends stay out of reach, since less than the whole way there is gone, and rounded towards where it began. */
function learn({ chances, counts }: Statistics, at: number, bit: number): void {
  const chance = chances[at] ?? EVEN
  const count = counts[at] ?? 0
  chances[at] = chance + Math.trunc((bit * ONE - chance) * (RATES[count] ?? 0))
  if (count < MEMORY) counts[at] = count + 1
}

/** The last number of the lower part of an interval, which stands for 1. */
function partOf(low: number, high: number, chance: number): number {
  return low + Math.floor((high - low) * (chance / ONE))
}

/** Whether the first bytes are equal, so that they are settled. */
function isSettled(low: number, high: number): boolean {
  return ((low ^ high) & 0xff_00_00_00) === 0
}

/** Arithmetic coding of bits (Witten, Neal and Cleary 1987), with the carry-free interval of Mahoney's PAQ. */
export function createBitWriter(): BitWriter {
  const bytes: number[] = []
  let low = 0
  let high = TOP
  const shift = () => {
    bytes.push(low >>> 24)
    low = (low << 8) >>> 0
    high = ((high << 8) | 0xff) >>> 0
  }
  const write = (bit: number, chance: number) => {
    const middle = partOf(low, high, chance)
    if (bit === 1) high = middle
    else low = middle + 1
    while (isSettled(low, high)) shift()
  }
  return {
    learned(bit, statistics, at) {
      write(bit, statistics.chances[at] ?? EVEN)
      learn(statistics, at, bit)
    },
    plain(value, width) {
      for (let place = width - 1; place >= 0; place -= 1) write((value >>> place) & 1, EVEN)
    },
    finish() {
      for (let byte = 0; byte < BYTES; byte += 1) shift()
      return Uint8Array.from(bytes)
    },
  }
}

/** Reads what `createBitWriter` wrote. Any bytes are read as some bits, as many as they are good for. */
export function createBitReader(bytes: Uint8Array): BitReader {
  let low = 0
  let high = TOP
  let at = 0
  let code = 0
  const next = () => {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError('Ends too early')
    at += 1
    code = ((code << 8) | byte) >>> 0
  }
  const read = (chance: number) => {
    const middle = partOf(low, high, chance)
    const bit = code <= middle ? 1 : 0
    if (bit === 1) high = middle
    else low = middle + 1
    while (isSettled(low, high)) {
      low = (low << 8) >>> 0
      high = ((high << 8) | 0xff) >>> 0
      next()
    }
    return bit
  }
  for (let byte = 0; byte < BYTES; byte += 1) next()
  return {
    learned(statistics, place) {
      const bit = read(statistics.chances[place] ?? EVEN)
      learn(statistics, place, bit)
      return bit
    },
    plain(width) {
      let value = 0
      for (let place = 0; place < width; place += 1) value = ((value << 1) | read(EVEN)) >>> 0
      return value
    },
    finish() {
      if (at !== bytes.length) throw new RangeError('Goes on after its end')
    },
  }
}
