import * as z from 'zod'
import { MODALITIES } from '../../core/demand.ts'
import {
  FAILURE_ACTIONS,
  PLAN_AGGREGATIONS,
  PLAN_DEFAULTS as DEFAULTS,
  PLAN_LIMITS as BOUNDS,
  RETRY_REASONS,
  SIDE_EFFECTS,
  TASK_ID,
  TASK_KINDS,
} from '../../core/plan.ts'
import { LISTED } from '../checked-list.ts'
import { verifyBody } from '../collaboration-fields.ts'

const name = z.string().min(1).max(256)
const path = z.string().min(1).max(BOUNDS.expressionChars)
const ms = z.int().min(1).max(BOUNDS.deadlineMs)
const json = z.record(z.string(), z.unknown())
const failureAction = z.enum(FAILURE_ACTIONS).nullish()
const { backoff } = DEFAULTS

/** A list whose items are looked at only where it is not too long. */
function shortList<T extends z.ZodType>(item: T, most: number) {
  const list = z.array(z.unknown()).max(most)
  LISTED.set(list, item)
  return list.pipe(z.array(item))
}

const names = shortList(name, BOUNDS.names).nullish()

/** What a map repeats, and a task has besides its place in the plan. */
export const taskBody = z.strictObject({
  kind: z.enum(TASK_KINDS),
  needs: z
    .strictObject({
      skills: names,
      modalities: shortList(z.enum(MODALITIES), MODALITIES.length).nullish(),
      tools: names,
      min_context: z.int().min(0).nullish().describe('Tokens.'),
    })
    .nullish(),
  input: z.unknown().optional().describe('JSON; {"$ref": "tasks.a.output.path"} stands for an output.'),
  output_schema: json.nullish().describe('The JSON Schema that the output fits.'),
  retry: z
    .strictObject({
      max: z
        .int()
        .min(0)
        .max(BOUNDS.retries)
        .nullish()
        .meta({ default: DEFAULTS.retries, description: 'Attempts after the first.' }),
      backoff: z
        .strictObject({
          initial_ms: ms.nullish().meta({ default: backoff.initialMs }),
          factor: z.number().min(1).max(10).nullish().meta({ default: backoff.factor }),
          max_ms: ms.nullish().meta({ default: backoff.maxMs }),
        })
        .nullish(),
      on: shortList(z.enum(RETRY_REASONS), RETRY_REASONS.length).nullish().meta({ default: RETRY_REASONS }),
    })
    .nullish(),
  timeout: z
    .strictObject({
      queue_ms: ms.nullish().meta({ default: DEFAULTS.queueMs }),
      attempt_ms: ms.max(BOUNDS.attemptMs).nullish().meta({ default: DEFAULTS.attemptMs }),
      total_ms: ms.nullish().describe('Of all attempts; the deadline where nothing is said.'),
      heartbeat_ms: ms.nullish().meta({ default: DEFAULTS.heartbeatMs }),
    })
    .nullish()
    .describe('Defaults are cut to total_ms and the deadline.'),
  on_timeout: failureAction.describe(
    'migrate where nothing is said; fail for gates and side effects that are once.',
  ),
  on_error: failureAction.meta({ default: 'retry' }),
  assign: z
    .strictObject({
      agent: name.nullish(),
      pool: name.nullish(),
      priority: z.int().min(0).max(100).nullish().meta({ default: 0 }),
    })
    .nullish(),
  verify: verifyBody.nullish(),
  side_effect: z.enum(SIDE_EFFECTS).nullish().meta({ default: 'none' }),
  context: z
    .union([z.enum(['isolated', 'fork']), shortList(path, BOUNDS.names)])
    .nullish()
    .meta({ default: 'isolated' }),
  map: z
    .strictObject({
      over: z.strictObject({ $ref: path, default: z.unknown().optional() }),
      max: z
        .int()
        .min(1)
        .max(BOUNDS.fanOut)
        .nullish()
        .meta({ default: DEFAULTS.fanOut, description: 'The most items.' }),
      task: json.describe('A task without id, title, depends_on and when.'),
    })
    .nullish(),
  gate: z.strictObject({ message: z.string().min(1).max(BOUNDS.messageChars) }).nullish(),
  wait: z.strictObject({ for_ms: ms.nullish(), until: z.iso.datetime({ offset: true }).nullish() }).nullish(),
  plan: json.nullish().describe('Of a subplan.'),
})
export type TaskBodyForm = z.infer<typeof taskBody>

export const task = taskBody.extend({
  id: z.string().regex(TASK_ID, 'begins with a letter and has at most 64 letters, digits, _ and -'),
  title: z.string().max(BOUNDS.titleChars).nullish(),
  depends_on: shortList(z.string(), BOUNDS.tasks).nullish(),
  when: z
    .string()
    .min(1)
    .max(BOUNDS.expressionChars)
    .nullish()
    .describe('Like tasks.a.output.score > 0.5 and not tasks.b.output; skipped where false.'),
})

/** Tasks are read one by one, so that all that is wrong is told. */
const tasks = z.array(z.unknown()).meta({ minItems: 1, maxItems: BOUNDS.tasks })
LISTED.set(tasks, task)

/** The body of `POST /v1/plans/validate`, and the plan of a subplan. */
export const planBody = z.strictObject({
  version: z.literal(1).nullish(),
  goal: z.string().max(BOUNDS.goalChars).nullish(),
  budget: z
    .strictObject({
      usd: z.number().positive().max(1e6).nullish(),
      tokens: z.int().positive().nullish(),
      deadline_ms: ms.nullish().meta({ default: DEFAULTS.deadlineMs }),
      max_attempts: z.int().positive().nullish(),
    })
    .nullish(),
  tasks,
  outputs: json.nullish().describe('What the run gives, as JSON with references.'),
  aggregate: z.enum(PLAN_AGGREGATIONS).nullish(),
})
