import { shapeOf } from '../classify/features/shape.ts'
import { base64Of, bytesOf } from '../core/base64.ts'
import type { Calibration } from '../core/log-odds.ts'
import type { Components } from './components.ts'
import type { LinearHead } from './linear-head.ts'
import type { CostModel, OutcomeModel } from './outcome-model.ts'
import {
  readForest,
  readThresholds,
  type Thresholds,
  thresholdsOf,
  writeForest,
  writeThresholds,
} from './packed-forest.ts'
import { readGuard, writeGuard } from './packed-guard.ts'
import { readTextLayer, writeTextLayer } from './packed-text.ts'
import {
  countStatistics,
  readColumns,
  readCount,
  readFloat,
  readFloats,
  writeColumns,
  writeCount,
  writeFloat,
  writeFloats,
} from './packed-numbers.ts'
import { type BitReader, type BitWriter, createBitReader, createBitWriter } from './range-coder.ts'

const MAGIC = 'SYOM'
/** Goes up with every change of what is written, and of what features mean. */
const VERSION = 1
/** Magic, version, checksum. */
const HEADER = MAGIC.length + 1 + 4
const MAX_TEXT = 1 << 23

const MAX_MODELS = 1_000
const MAX_NAME_BYTES = 1_000
const MAX_TARGETS = 1_000
/** Of linear weights, as a share of the root mean square of their column. */
const LINEAR_STEP = 0.05
/** Of what turns a few numbers into one per model. */
const DIRECTION_STEP = 0.01

/** What trees and heads are told of a prompt, and the models they speak of. */
type Scope = { thresholds: Thresholds; models: number }

/**
 * An outcome model as text (base64) of a few dozen kilobytes, made to be kept and read back by `unpackOutcomeModel`.
 * Numbers are rounded to steps that are fine beside the noise in what was learned; the choices hardly change.
 *
 * @throws RangeError when parts of the model do not fit each other, are not finite, or exceed any sensible size
 */
export function packOutcomeModel(model: OutcomeModel): string {
  const writer = createBitWriter()
  const { models, text, quality, groups, cost, guard } = model
  const features = shapeSize() + text.offset.length
  const forests = [quality.forest, ...(groups ? [groups.forest] : []), ...(cost ? [cost.forest] : [])]
  const scope = { thresholds: thresholdsOf(forests, features), models: models.length }
  writeNames(writer, models)
  writeTextLayer(writer, text)
  writeThresholds(writer, scope.thresholds)
  writeQuality(writer, quality, scope)
  writeOptional(writer, groups, (value) => writeGroups(writer, value, scope))
  writeOptional(writer, cost, (value) => writeCost(writer, value, scope))
  writeOptional(writer, guard, (value) => writeGuard(writer, value, shapeSize()))
  return textOf(writer.finish())
}

/**
 * Reads what `packOutcomeModel` wrote.
 *
 * @throws RangeError when the text is anything else, cut short, or of another version
 */
export function unpackOutcomeModel(text: string): OutcomeModel {
  const reader = createBitReader(payloadOf(text))
  const models = readNames(reader)
  const layer = readTextLayer(reader)
  const thresholds = readThresholds(reader, shapeSize() + layer.offset.length)
  const scope = { thresholds, models: models.length }
  const quality = readQuality(reader, scope)
  const groups = readOptional(reader, () => readGroups(reader, scope))
  const cost = readOptional(reader, () => readCost(reader, scope))
  const guard = readOptional(reader, () => readGuard(reader, shapeSize()))
  reader.finish()
  return { models, text: layer, quality, groups, cost, guard }
}

/** How many numbers say how a prompt is built. What words say comes after them. */
function shapeSize(): number {
  return shapeOf({ text: '', tools: [] }).length
}

function writeOptional<T>(writer: BitWriter, value: T | null, write: (value: T) => void): void {
  writer.plain(value === null ? 0 : 1, 1)
  if (value !== null) write(value)
}

function readOptional<T>(reader: BitReader, read: () => T): T | null {
  return reader.plain(1) === 1 ? read() : null
}

function writeNames(writer: BitWriter, names: readonly string[]): void {
  const counts = countStatistics()
  if (names.length > MAX_MODELS) throw new RangeError('Too many models')
  writeCount(writer, names.length, counts)
  for (const name of names) {
    const bytes = new TextEncoder().encode(name)
    if (bytes.length > MAX_NAME_BYTES) throw new RangeError('The name of a model is too long')
    writeCount(writer, bytes.length, counts)
    for (const byte of bytes) writer.plain(byte, 8)
  }
}

function readNames(reader: BitReader): string[] {
  const counts = countStatistics()
  return Array.from({ length: readCount(reader, counts, MAX_MODELS) }, () => {
    const length = readCount(reader, counts, MAX_NAME_BYTES)
    return new TextDecoder().decode(Uint8Array.from({ length }, () => reader.plain(8)))
  })
}

type Quality = OutcomeModel['quality']

function writeQuality(writer: BitWriter, quality: Quality, { thresholds, models }: Scope): void {
  const targets = quality.components.directions.rows
  writeComponents(writer, quality.components, models)
  writeForest(writer, quality.forest, thresholds, targets)
  writeFloat(writer, quality.linearWeight)
  writeLinear(writer, quality.linear, thresholds.length, targets)
  writeCalibrations(writer, quality.calibrations, models)
}

function readQuality(reader: BitReader, { thresholds, models }: Scope): Quality {
  const components = readComponents(reader, models)
  const targets = components.directions.rows
  return {
    components,
    forest: readForest(reader, thresholds, targets),
    linearWeight: readFloat(reader),
    linear: readLinear(reader, thresholds.length, targets),
    calibrations: readCalibrations(reader, models),
  }
}

type Groups = NonNullable<OutcomeModel['groups']>

function writeGroups(writer: BitWriter, groups: Groups, { thresholds, models }: Scope): void {
  const { rows } = groups.differences
  writeSize(writer, rows)
  writeForest(writer, groups.forest, thresholds, rows)
  writeFloats(writer, groups.mean, models)
  writeColumns(writer, groups.differences, { rows, columns: models }, { step: DIRECTION_STEP, bands: null })
  writeFloat(writer, groups.weight)
}

function readGroups(reader: BitReader, { thresholds, models }: Scope): Groups {
  const rows = readSize(reader)
  return {
    forest: readForest(reader, thresholds, rows),
    mean: readFloats(reader, models),
    differences: readColumns(reader, { rows, columns: models }, null),
    weight: readFloat(reader),
  }
}

function writeCost(writer: BitWriter, cost: CostModel, { thresholds, models }: Scope): void {
  writeComponents(writer, cost.components, models)
  writeForest(writer, cost.forest, thresholds, cost.components.directions.rows)
  writeFloats(writer, cost.scale, models)
}

function readCost(reader: BitReader, { thresholds, models }: Scope): CostModel {
  const components = readComponents(reader, models)
  return {
    components,
    forest: readForest(reader, thresholds, components.directions.rows),
    scale: readFloats(reader, models),
  }
}

function writeSize(writer: BitWriter, size: number): void {
  if (size > MAX_TARGETS) throw new RangeError('Too many numbers')
  writeCount(writer, size, countStatistics())
}

function readSize(reader: BitReader): number {
  return readCount(reader, countStatistics(), MAX_TARGETS)
}

function writeComponents(writer: BitWriter, { mean, directions }: Components, models: number): void {
  const { rows } = directions
  writeSize(writer, rows)
  writeFloats(writer, mean, models)
  writeColumns(writer, directions, { rows, columns: models }, { step: DIRECTION_STEP, bands: null })
}

function readComponents(reader: BitReader, models: number): Components {
  const rows = readSize(reader)
  return {
    mean: readFloats(reader, models),
    directions: readColumns(reader, { rows, columns: models }, null),
  }
}

function writeLinear(writer: BitWriter, linear: LinearHead, features: number, targets: number): void {
  const size = { rows: features, columns: targets }
  writeFloats(writer, linear.mean, features)
  writeFloats(writer, linear.scale, features)
  writeColumns(writer, linear.weights, size, { step: LINEAR_STEP, bands: null })
  writeFloats(writer, linear.offset, targets)
}

function readLinear(reader: BitReader, features: number, targets: number): LinearHead {
  return {
    mean: readFloats(reader, features),
    scale: readFloats(reader, features),
    weights: readColumns(reader, { rows: features, columns: targets }, null),
    offset: readFloats(reader, targets),
  }
}

function writeCalibrations(writer: BitWriter, calibrations: readonly Calibration[], models: number): void {
  writeFloats(
    writer,
    Float64Array.from(calibrations.flatMap(({ offset, slope }) => [offset, slope])),
    2 * models,
  )
}

function readCalibrations(reader: BitReader, models: number): Calibration[] {
  return Array.from({ length: models }, () => ({ offset: readFloat(reader), slope: readFloat(reader) }))
}

/** Magic, version and checksum before the rest, in base64. */
function textOf(payload: Uint8Array): string {
  const bytes = new Uint8Array(HEADER + payload.length)
  for (let at = 0; at < MAGIC.length; at += 1) bytes[at] = MAGIC.charCodeAt(at)
  bytes[MAGIC.length] = VERSION
  new DataView(bytes.buffer).setUint32(HEADER - 4, checksumOf(payload))
  bytes.set(payload, HEADER)
  return base64Of(bytes)
}

/** What was written, its header checked. */
function payloadOf(text: string): Uint8Array {
  const bytes = decoded(text)
  const payload = bytes.subarray(HEADER)
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length))
  if (magic !== MAGIC || bytes.length < HEADER) throw new RangeError('Not an outcome model')
  if (bytes[MAGIC.length] !== VERSION) throw new RangeError('An outcome model of another version')
  if (new DataView(bytes.buffer).getUint32(HEADER - 4) !== checksumOf(payload)) {
    throw new RangeError('A damaged outcome model')
  }
  return payload
}

function decoded(text: string): Uint8Array {
  if (text.length > MAX_TEXT) throw new RangeError('Too long for an outcome model')
  try {
    return bytesOf(text)
  } catch {
    throw new RangeError('Not base64')
  }
}

/** FNV-1a. */
function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
