import { describe, expect, it } from 'vitest'
import { readForest } from '../../../src/learn/packed-forest.ts'
import {
  countStatistics,
  readColumns,
  readFloats,
  writeCount,
  writeFloats,
} from '../../../src/learn/packed-numbers.ts'
import { createBitReader, createBitWriter, createStatistics } from '../../../src/learn/range-coder.ts'

describe('reading forged parts', () => {
  it('does not follow a tree that goes on and on', () => {
    const writer = createBitWriter()
    writer.plain(0, 1)
    writeFloats(writer, Float64Array.of(0), 1)
    writeCount(writer, 1, countStatistics())
    const [kind, feature, at] = [createStatistics(1), countStatistics(), countStatistics()]
    for (let split = 0; split < 10_000; split += 1) {
      writer.learned(1, kind, 0)
      writeCount(writer, 0, feature)
      writeCount(writer, 0, at)
    }
    const reader = createBitReader(writer.finish())
    expect(() => readForest(reader, [Float64Array.of(1)], 1)).toThrow('does not end')
  })

  it('allocates no more than any model needs', () => {
    const reader = createBitReader(new Uint8Array(100))
    const [rows, columns] = [1 << 20, 1_000]
    expect(() => readColumns(reader, { rows, columns }, null)).toThrow('Too many')
    expect(() => readFloats(reader, rows * columns)).toThrow('Too many')
  })
})
