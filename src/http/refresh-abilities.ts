import { TASK_TYPES } from '../core/demand.ts'
import { log } from '../core/log.ts'
import { present } from '../core/present.ts'
import { openDb } from '../db/database.ts'
import { type JudgedRow, latestJudged, tenantsJudgedSince } from '../db/feedback.ts'
import type { Env } from '../env.ts'
import { fitAbilities, type JudgedAnswer } from '../learn/abilities.ts'
import { fitConfidence, type JudgedDraft } from '../learn/confidence.ts'
import { abilitiesKey } from './tenant.ts'

/** When the job asks for work (`triggers` in wrangler.toml). */
export const ABILITIES_CRON = '*/10 * * * *'

/** When tenants were last looked at, Unix ms. */
const LAST_RUN_KEY = 'learned:abilities-run'
/** An opinion may be written this long after it was dated. */
const OVERLAP_MS = 60_000
/** What is older than this is forgotten. */
const WINDOW_SECONDS = 60 * 24 * 60 * 60
/** Opinions of one tenant that are learned from, the newest first. */
const MAX_OPINIONS = 5_000

/**
 * Learns what tenants' feedback says of models, and of how far drafts are to be trusted, and publishes it, for every tenant that gave any since the last run.
 * What fails for one tenant is logged, holds nobody up, and is tried again with the next run.
 *
 * @param now Unix ms
 */
export async function refreshAbilities(env: Env, now: number): Promise<void> {
  const since = Number(await env.CONFIG.get(LAST_RUN_KEY)) || 0
  const tenantIds = await tenantsJudgedSince(openDb(env.DB), since - OVERLAP_MS)
  let failures = 0
  for (const tenantId of tenantIds) {
    try {
      await refreshTenant(env, tenantId, now)
    } catch (cause) {
      failures += 1
      log('warn', { message: 'Abilities were not refreshed', tenantId, cause: String(cause) })
    }
  }
  if (failures === 0) await env.CONFIG.put(LAST_RUN_KEY, String(now))
}

async function refreshTenant({ DB, CONFIG }: Env, tenantId: string, now: number): Promise<void> {
  const after = now - WINDOW_SECONDS * 1_000
  const rows = await latestJudged(openDb(DB), { tenantId, after, limit: MAX_OPINIONS })
  const judged = judgedIn(rows)
  const abilities = fitAbilities(judged.flatMap(answerOf), now)
  const confidence = fitConfidence(judged.flatMap(draftOf))
  const learned = JSON.stringify({ ...abilities, ...present({ confidence }) })
  await CONFIG.put(abilitiesKey(tenantId), learned, { expirationTtl: WINDOW_SECONDS })
}

/** An answer with what is known of it, and the mean of what its judges said, 0..1. */
type Judged = { newest: JudgedRow; score: number }

/** Each answer once; what was only inferred counts where nobody spoke. */
function judgedIn(rows: readonly JudgedRow[]): Judged[] {
  return [...Map.groupBy(rows, ({ decisionId }) => decisionId).values()].flatMap((all) => {
    const spoken = all.filter(({ source }) => source !== 're-ask')
    const opinions = spoken.length > 0 ? spoken : all
    const [newest] = opinions
    const score = opinions.reduce((sum, opinion) => sum + opinion.score, 0) / opinions.length
    return newest ? [{ newest, score }] : []
  })
}

function answerOf({ newest, score }: Judged): JudgedAnswer[] {
  const { model: modelId, predicted, createdAt: at } = newest
  const taskType = TASK_TYPES.find((known) => known === newest.taskType)
  return taskType && predicted !== null ? [{ modelId, taskType, predicted, score, at }] : []
}

function draftOf({ newest: { confidence }, score }: Judged): JudgedDraft[] {
  return confidence === null ? [] : [{ confidence, score }]
}
