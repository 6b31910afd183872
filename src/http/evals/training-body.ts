import * as z from 'zod'
import type { TrainingHead } from '../../db/trainings.ts'

const stored = z.record(z.string(), z.unknown())

/** A training as the API tells it. Times in Unix seconds. */
export function trainingBody(training: TrainingHead, active: string) {
  return {
    id: training.id,
    object: 'eval.training',
    status: training.status,
    created: secondsOf(training.createdAt),
    started: secondsOf(training.startedAt),
    finished: secondsOf(training.finishedAt),
    activated: training.activated,
    active: training.id === active,
    replaced: training.replaced,
    reason: training.reason,
    ...(training.report === null ? NO_REPORT : stored.parse(JSON.parse(training.report))),
  }
}

const NO_REPORT = { used: null, held_out: null }

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1_000)
}
