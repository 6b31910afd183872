import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../../src/classify/features/shape.ts'
import type { Guard } from '../../../src/learn/guard.ts'
import type { Matrix } from '../../../src/learn/matrix.ts'
import { type OutcomeModel, predictOutcome } from '../../../src/learn/outcome-model.ts'
import { packOutcomeModel, unpackOutcomeModel } from '../../../src/learn/pack.ts'
import { createRandom } from '../../../src/learn/random.ts'
import type { Forest } from '../../../src/learn/trees.ts'

const MODELS = ['small', 'medium/è', '大']
const SHAPE = shapeOf({ text: '', tools: [] }).length
const RANK = 3
const FEATURES = SHAPE + RANK
const TARGETS = 2
const KINDS = 2
const HEADER = 9

const random = createRandom(5)
/** About 0, its spread about `scale`. */
const noise = (scale: number) => (random() + random() + random() - 1.5) * scale
const vector = (length: number, scale: number) => Float64Array.from({ length }, () => noise(scale))
const matrix = (rows: number, columns: number, scale: number): Matrix => ({
  rows,
  columns,
  values: vector(rows * columns, scale),
})

function forest(link: Forest['link'], targets: number, trees = 12): Forest {
  const leaf = () => ({ values: vector(targets, 0.05) })
  const tree = () => [question(1), leaf(), question(3), leaf(), leaf()]
  return { base: vector(targets, 0.1), trees: Array.from({ length: trees }, tree), link }
}

/** Its threshold is what a count comes to as a feature, or its opposite. */
function question(left: number) {
  const threshold = Math.log1p(Math.floor(random() * 50)) * (random() < 0.5 ? 1 : -1)
  return { feature: Math.floor(random() * FEATURES), threshold, left }
}

function textLayer(buckets: number, rank: number): OutcomeModel['text'] {
  const rarity = Float64Array.from({ length: buckets }, () => 8 - 6 * random() ** 2)
  const weights = matrix(buckets, rank, 0.4)
  return { rarity, weights, offset: vector(rank, 0.3) }
}

const MODEL: OutcomeModel = {
  models: MODELS,
  text: textLayer(256, RANK),
  quality: {
    forest: forest('identity', TARGETS),
    linear: {
      mean: vector(FEATURES, 1),
      scale: vector(FEATURES, 1),
      weights: matrix(FEATURES, TARGETS, 0.01),
      offset: vector(TARGETS, 0.1),
    },
    linearWeight: 0.5,
    components: {
      mean: Float64Array.of(0.4, 0.6, 0.8),
      directions: { rows: TARGETS, columns: 3, values: Float64Array.of(0.6, 0.6, 0.53, 0.7, -0.7, 0.1) },
    },
    calibrations: MODELS.map(() => ({ offset: noise(0.2), slope: 1 + noise(0.2) })),
  },
  groups: {
    forest: forest('softmax', KINDS),
    mean: Float64Array.of(0.5, 0.6, 0.7),
    differences: matrix(KINDS, 3, 0.1),
    weight: 0.25,
  },
  cost: {
    forest: forest('identity', 1),
    components: {
      mean: Float64Array.of(-9, -8, -6),
      directions: { rows: 1, columns: 3, values: Float64Array.of(0.5, 0.6, 0.62) },
    },
    scale: Float64Array.of(1.1, 0, 0.9),
  },
  guard: guardOf(),
}

function guardOf(): Guard {
  return {
    words: bits(0.4),
    pairs: bits(0.6),
    means: matrix(KINDS, SHAPE, 1),
    spreads: {
      rows: KINDS,
      columns: SHAPE,
      values: vector(KINDS * SHAPE, 1).map((value) => 0.1 + value ** 2),
    },
    weights: Float64Array.of(-1, 0.5, 0.5, 1),
    threshold: 0.2,
  }
}

/** A bit of so many of the bytes. */
function bits(share: number): Uint8Array {
  return Uint8Array.from({ length: 1 << 14 }, () => (random() < share ? 1 << Math.floor(random() * 8) : 0))
}

const PROMPTS = [
  '',
  'What is 17 × 23?',
  'Which of these?\nA. one\nB. two\nC. three',
  '写一首关于海的诗',
  'def add(a, b):\n    return a + b\n\nassert add(1, 2) == 3',
].map((text) => ({ text, tools: [] }))

function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  expect(left.length).toBe(right.length)
  return Array.from(left).reduce((most, value, at) => Math.max(most, Math.abs(value - (right[at] ?? 0))), 0)
}

/** The bytes of a packed model. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function textOf(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

const SMALL = bytesOf(packOutcomeModel({ ...MODEL, guard: null }))

/** With a checksum that fits. */
function sealed(payload: Uint8Array): string {
  const bytes = new Uint8Array(HEADER + payload.length)
  bytes.set(SMALL.subarray(0, HEADER))
  bytes.set(payload, HEADER)
  const hash = payload.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5)
  new DataView(bytes.buffer).setUint32(HEADER - 4, hash)
  return textOf(bytes)
}

describe('an outcome model, packed and unpacked', () => {
  it.each<[string, OutcomeModel]>([
    ['with all its parts', MODEL],
    ['without groups', { ...MODEL, groups: null }],
    ['without costs', { ...MODEL, cost: null }],
    ['without a guard', { ...MODEL, guard: null }],
    ['without words', { ...MODEL, text: { ...MODEL.text, weights: matrix(256, RANK, 0) } }],
  ])('%s predicts what it did before', (_, model) => {
    const restored = unpackOutcomeModel(packOutcomeModel(model))
    expect(restored.models).toEqual(MODELS)
    for (const prompt of PROMPTS) {
      const [before, after] = [predictOutcome(model, prompt), predictOutcome(restored, prompt)]
      expect(largestDifference(after.quality, before.quality)).toBeLessThan(0.02)
      expect(largestDifference(after.confidence, before.confidence)).toBeLessThan(0.02)
      expect(after.foreign).toBe(before.foreign)
      expect(after.cost === null).toBe(before.cost === null)
      for (const [at, cost] of before.cost?.entries() ?? []) {
        if (Number.isNaN(cost)) expect(after.cost?.[at]).toBeNaN()
        else expect((after.cost?.[at] ?? 0) / cost).toBeCloseTo(1, 1)
      }
    }
  })

  it('keeps on their side features that stand exactly on a threshold', () => {
    const { trees } = unpackOutcomeModel(packOutcomeModel(MODEL)).quality.forest
    const known = MODEL.quality.forest.trees.flat().flatMap((node) => ('feature' in node ? [node] : []))
    const kept = trees.flat().flatMap((node) => ('feature' in node ? [node] : []))
    expect(kept.map(({ feature, left }) => [feature, left])).toEqual(
      known.map(({ feature, left }) => [feature, left]),
    )
    for (const [at, { threshold }] of known.entries()) {
      expect(kept[at]?.threshold).toBeGreaterThanOrEqual(threshold)
      expect(kept[at]?.threshold).toBeCloseTo(threshold, 6)
    }
  })

  it('keeps exactly what it may not round: sets of words, weights, shares', () => {
    const { guard, groups, quality } = unpackOutcomeModel(packOutcomeModel(MODEL))
    expect(guard?.words).toEqual(MODEL.guard?.words)
    expect(guard?.pairs).toEqual(MODEL.guard?.pairs)
    expect(groups?.weight).toBe(0.25)
    expect(quality.linearWeight).toBe(0.5)
  })

  it('takes less than 64 KB where words, trees and models are as many as in practice', () => {
    const rows = 1 << 14
    const text = textLayer(rows, 8)
    const tailed = text.weights.values.map((value) => value ** 3)
    const model: OutcomeModel = {
      ...MODEL,
      text: { ...text, weights: { ...text.weights, values: tailed } },
      quality: { ...MODEL.quality, forest: forest('identity', TARGETS, 400), linear: linearOf(SHAPE + 8) },
      guard: null,
    }
    expect(packOutcomeModel(model).length).toBeLessThan(64 * 1_024)
  })
})

function linearOf(features: number): OutcomeModel['quality']['linear'] {
  const { offset } = MODEL.quality.linear
  const weights = matrix(features, TARGETS, 0.01)
  return { mean: vector(features, 1), scale: vector(features, 1), weights, offset }
}

describe('unpacking', () => {
  const bytes = SMALL

  it.each([
    ['nothing', ''],
    ['what is not base64', `${textOf(bytes)}!`],
    ['something else', btoa('a text that is not an outcome model at all')],
    ['another version', textOf(bytes.with(4, 200))],
    ['an artefact with more behind it', textOf(Uint8Array.from([...bytes, 0]))],
    ['a body with more behind it', sealed(Uint8Array.from([...bytes.subarray(HEADER), 0]))],
    ['endless zeros', sealed(new Uint8Array(1_000_000))],
    ['endless ones', sealed(new Uint8Array(1_000_000).fill(0xff))],
  ])('refuses %s', (_, damaged) => {
    expect(() => unpackOutcomeModel(damaged)).toThrow(RangeError)
  })

  it('refuses an artefact cut short anywhere, even where its checksum fits', () => {
    const steps = Array.from({ length: Math.ceil(bytes.length / 37) }, (_, at) => 37 * at)
    for (const length of [...steps, bytes.length - 2, bytes.length - 1]) {
      expect(() => unpackOutcomeModel(textOf(bytes.subarray(0, length)))).toThrow(RangeError)
      if (length < HEADER) continue
      expect(() => unpackOutcomeModel(sealed(bytes.subarray(HEADER, length)))).toThrow(RangeError)
    }
  })

  it('refuses an artefact with one bit turned', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit))
        expect(() => unpackOutcomeModel(textOf(damaged))).toThrow(RangeError)
      }),
    )
  })

  it('refuses any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (payload) => {
        expect(() => unpackOutcomeModel(textOf(payload))).toThrow(RangeError)
      }),
    )
  })

  it('makes of a forged artefact a model that predicts, or refuses it', () => {
    const forged = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      fc.tuple(fc.nat(bytes.length - HEADER - 1), fc.nat(255)).map(([at, byte]) => {
        return bytes.slice(HEADER).with(at, byte)
      }),
    )
    fc.assert(
      fc.property(forged, (payload) => {
        const model = unpackedOrRefused(sealed(payload))
        if (!model) return
        const { quality } = predictOutcome(model, { text: 'Hello there', tools: [] })
        expect(quality.length).toBe(model.models.length)
      }),
      { numRuns: 300 },
    )
  })
})

/** Null where it was refused as it should be. */
function unpackedOrRefused(text: string): OutcomeModel | null {
  try {
    return unpackOutcomeModel(text)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return null
  }
}

describe('packing', () => {
  const { quality } = MODEL

  it.each<[string, OutcomeModel]>([
    ['numbers that are not finite', withForest({ ...quality.forest, base: Float64Array.of(1, Number.NaN) })],
    ['leaves that are not finite', withForest(oneTree([{ values: Float64Array.of(Infinity, 0) }]))],
    ['leaves of another size', withForest(oneTree([{ values: Float64Array.of(1) }]))],
    ['a tree that runs in a circle', withForest(oneTree([{ feature: 0, threshold: 1, left: 0 }]))],
    ['a tree that leads nowhere', withForest(oneTree([{ feature: 0, threshold: 1, left: 7 }]))],
    ['features that are not there', withForest(oneTree([{ feature: FEATURES, threshold: 1, left: 1 }]))],
    ['a model too few', { ...MODEL, models: MODELS.slice(1) }],
    [
      'kinds of prompts without a spread',
      { ...MODEL, guard: { ...guardOf(), spreads: matrix(KINDS, SHAPE, 0) } },
    ],
    ['terms without rarity', { ...MODEL, text: { ...MODEL.text, rarity: new Float64Array(256) } }],
    ['buckets that are no power of two', { ...MODEL, text: textLayer(100, RANK) }],
  ])('refuses %s', (_, model) => {
    expect(() => packOutcomeModel(model)).toThrow(RangeError)
  })

  function withForest(changed: Forest): OutcomeModel {
    return { ...MODEL, quality: { ...quality, forest: changed } }
  }

  function oneTree(tree: Forest['trees'][number]): Forest {
    return { ...quality.forest, trees: [tree] }
  }
})
