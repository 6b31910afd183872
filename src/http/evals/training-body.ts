import * as z from 'zod'
import type { TrainingHead } from '../../db/trainings.ts'
import { seconds } from '../seconds.ts'

const stored = z.record(z.string(), z.unknown())

/** A training as the API tells it. Times in Unix seconds. */
export function trainingBody(training: TrainingHead, active: string) {
  return {
    id: training.id,
    object: 'eval.training',
    status: training.status,
    created: seconds(training.createdAt),
    started: seconds(training.startedAt),
    finished: seconds(training.finishedAt),
    activated: training.activated,
    active: training.id === active,
    replaced: training.replaced,
    reason: training.reason,
    ...(training.report === null ? NO_REPORT : stored.parse(JSON.parse(training.report))),
  }
}

const NO_REPORT = { used: null, held_out: null }
