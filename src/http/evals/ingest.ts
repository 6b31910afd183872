import { focusLength, readConversation } from '../../classify/conversation.ts'
import { AppError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { openDb } from '../../db/database.ts'
import {
  countEvalOutcomes,
  type EvalOutcomeRow,
  type EvalPromptRow,
  insertEvals,
  listMeasurements,
} from '../../db/evals.ts'
import type { Env } from '../../env.ts'
import { nameOfPrompt, promptOf } from '../../learn/eval-prompt.ts'
import { decodeEvalRow, type EvalRow, measurementOf } from '../../protocols/eval-outcomes/decode-row.ts'
import type { PreparedCatalog } from '../../route/prepared-catalog.ts'
import { selectModel } from '../../route/select.ts'
import { sha256Hex } from '../../tenants/keys.ts'
import { type Line, MAX_LINE_BYTES } from './read-lines.ts'

/** Outcomes that a tenant may have, and that one upload may bring. */
export const MAX_OUTCOMES = 50_000
/** Measurements of one model on one prompt that are kept: by then the mean is settled. */
export const MAX_MEASUREMENTS = 32
/** Refused rows that an answer names; all are counted. */
const MAX_ERRORS = 100
/** Scores of one model on one prompt that differ by more contradict each other. */
const CONTRADICTION = 0.5

/** Rows, and characters of JSON, that are taken in at once: what is read before is written and forgotten. */
const CHUNK_ROWS = 500
const CHUNK_CHARS = 200_000

/** What became of an upload, in rows. `repeated` and `contradictory` rows are among the accepted ones. */
export type IngestReport = {
  received: number
  accepted: number
  /** Their model was evaluated on their prompt before: scores are averaged, equal rows count once. */
  repeated: number
  /** Their score differs from an earlier one of the same model and prompt by more than 0.5. */
  contradictory: number
  /** Their prompt is longer than is read. */
  clipped: number
  refused: number
  errors: { row: number; field: string | null; message: string }[]
}

/** Whose rows come in, by which catalog their models are named, and when (Unix ms). */
export type Ingest = { env: Env; tenantId: string; catalog: PreparedCatalog; now: number }

type Outcome = EvalOutcomeRow & { prompt: EvalPromptRow; clipped: boolean; line: number }

/** Takes in rows that can be read, and reports those that cannot. */
export async function ingest(lines: Iterable<Line>, scope: Ingest): Promise<IngestReport> {
  const report: IngestReport = {
    received: 0,
    accepted: 0,
    repeated: 0,
    contradictory: 0,
    clipped: 0,
    refused: 0,
    errors: [],
  }
  let room = MAX_OUTCOMES - (await countEvalOutcomes(openDb(scope.env.DB), scope.tenantId))
  let chunk: Outcome[] = []
  let chars = 0
  for (const line of lines) {
    report.received += 1
    const outcome = report.received > MAX_OUTCOMES ? tooManyRows() : await outcomeIn(line, scope)
    if (outcome instanceof AppError) refuse(report, line.number, outcome)
    else {
      chunk.push(outcome)
      chars += outcome.prompt.text.length + outcome.prompt.tools.length
    }
    if (chunk.length >= CHUNK_ROWS || chars >= CHUNK_CHARS) {
      room -= await keep(chunk, scope, room, report)
      chunk = []
      chars = 0
    }
  }
  await keep(chunk, scope, room, report)
  return report
}

function tooManyRows(): AppError {
  return new AppError('invalid_request', `An upload has up to ${MAX_OUTCOMES} rows: send the rest in another`)
}

function refuse(report: IngestReport, row: number, { param, message }: AppError): void {
  report.refused += 1
  if (report.errors.length < MAX_ERRORS) report.errors.push({ row, field: param, message })
}

async function outcomeIn({ number, text }: Line, scope: Ingest): Promise<Outcome | AppError> {
  if (text === null) {
    return new AppError('invalid_request', `The line is longer than ${MAX_LINE_BYTES / 1024} KiB`)
  }
  try {
    return await outcomeOf(decodeEvalRow(text), number, scope)
  } catch (error) {
    if (error instanceof AppError) return error
    log('warn', { message: 'A row of evaluations could not be read', cause: String(error) })
    return new AppError('invalid_request', 'The row cannot be read')
  }
}

async function outcomeOf(row: EvalRow, line: number, scope: Ingest): Promise<Outcome> {
  const { tenantId, now: createdAt } = scope
  const prompt = promptOf(row.request)
  const { text } = prompt
  if (text.trim() === '') {
    throw new AppError('invalid_request', "Invalid 'prompt': there is no text of a user", { param: 'prompt' })
  }
  const id = (await sha256Hex(nameOfPrompt(prompt))).slice(0, ID_CHARS)
  const { score, inputTokens, outputTokens, latencyMs, taskType } = row
  return {
    tenantId,
    promptId: id,
    model: modelCalled(row.model, scope.catalog),
    measurement: measurementOf(row),
    score,
    inputTokens,
    outputTokens,
    latencyMs,
    createdAt,
    prompt: { tenantId, id, text, tools: JSON.stringify(prompt.tools), taskType, createdAt },
    clipped: focusLength(readConversation(row.request)) > text.length,
    line,
  }
}

/** 128 bits: nobody meets two prompts of one id. */
const ID_CHARS = 32

function modelCalled(name: string, catalog: PreparedCatalog): string {
  const selection = selectModel(name, catalog, 'model')
  if (selection.kind === 'pinned') return selection.modelId
  throw new AppError('invalid_request', `Invalid 'model': '${name}' stands for any model`, { param: 'model' })
}

/** What is known of one model on one prompt. */
type Known = { measurements: Set<string>; least: number; most: number }

/** Writes what is new of some rows. @returns how many outcomes that were */
async function keep(
  rows: readonly Outcome[],
  { env, tenantId }: Ingest,
  room: number,
  report: IngestReport,
): Promise<number> {
  const known = new Map<string, Known>()
  for (const row of await listMeasurements(openDb(env.DB), { tenantId, pairs: rows })) note(known, row)
  const fresh: Outcome[] = []
  for (const row of rows) {
    const pair = known.get(nameOf(row))
    const isNew = !pair?.measurements.has(row.measurement)
    if (isNew && fresh.length >= room) {
      const message = `You have ${MAX_OUTCOMES} outcomes, which is the limit: delete some`
      refuse(report, row.line, new AppError('invalid_request', message))
      continue
    }
    report.accepted += 1
    report.clipped += Number(row.clipped)
    report.repeated += Number(pair !== undefined)
    report.contradictory += Number(pair !== undefined && contradicts(pair, row.score))
    if (!isNew || (pair?.measurements.size ?? 0) >= MAX_MEASUREMENTS) continue
    note(known, row)
    fresh.push(row)
  }
  if (fresh.length > 0) await insertEvals(env.DB, { prompts: promptsOf(fresh), outcomes: fresh })
  return fresh.length
}

/** Each once; with its task type, where any row tells. */
function promptsOf(rows: readonly Outcome[]): EvalPromptRow[] {
  const prompts = new Map<string, EvalPromptRow>()
  for (const { prompt } of rows) {
    if (prompt.taskType !== null || !prompts.has(prompt.id)) prompts.set(prompt.id, prompt)
  }
  return [...prompts.values()]
}

function note(known: Map<string, Known>, row: Pick<Outcome, 'promptId' | 'model' | 'measurement' | 'score'>) {
  const pair = known.get(nameOf(row)) ?? { measurements: new Set(), least: row.score, most: row.score }
  pair.measurements.add(row.measurement)
  pair.least = Math.min(pair.least, row.score)
  pair.most = Math.max(pair.most, row.score)
  known.set(nameOf(row), pair)
}

function nameOf({ promptId, model }: Pick<Outcome, 'promptId' | 'model'>): string {
  return `${promptId} ${model}`
}

function contradicts({ least, most }: Known, score: number): boolean {
  return Math.max(most - score, score - least) > CONTRADICTION
}
