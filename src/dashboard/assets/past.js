import { ApiError, isAbort, logs, models, usage } from './api.js'
import { openDetails } from './details.js'
import { byId } from './dom.js'
import { errorWords, isAboutKey } from './errors.js'
import { clockTime } from './format.js'
import { showKeyError } from './key-field.js'
import { onLanguage, t } from './language.js'
import { writeLive } from './live.js'
import { writeLogs } from './logs.js'
import { writeUsage } from './usage.js'

const EVERY_MS = 5_000

const auto = byId('auto', HTMLInputElement)

/**
 * @typedef {{ rows: import('./api.js').UsageRow[], list: import('./api.js').Log[],
 *   catalog: import('./api.js').Model[], at: number | null, error: unknown, loading: AbortController, timer: ReturnType<typeof setTimeout> | undefined }} Past
 */
/** @type {Past} */
const shown = {
  rows: [],
  list: [],
  catalog: [],
  at: null,
  error: null,
  loading: new AbortController(),
  timer: undefined,
}

/** The history: loaded at once, then again every five seconds while the page is looked at. */
export function startPast() {
  byId('refresh', HTMLButtonElement).addEventListener('click', () => void refreshPast())
  auto.addEventListener('change', () => void refreshPast())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && auto.checked) void refreshPast()
    else clearTimeout(shown.timer)
  })
  onLanguage(write)
  write()
}

/** Loads again, instead of whatever was loading. */
export async function refreshPast() {
  clearTimeout(shown.timer)
  shown.loading.abort()
  const loading = new AbortController()
  shown.loading = loading
  try {
    const { signal } = loading
    const [rows, list, catalog] = await Promise.all([usage(signal), logs(signal), liveModels(signal)])
    Object.assign(shown, { rows, list, catalog, at: Date.now(), error: null })
    write()
    again(EVERY_MS)
  } catch (error) {
    if (isAbort(error)) return
    loading.abort()
    shown.error = error
    // What another key could see is not shown under this one.
    if (isAboutKey(error)) Object.assign(shown, { rows: [], list: [], catalog: [], at: null })
    write()
    const waitMs = waitAfter(error)
    if (waitMs !== null) again(waitMs)
  }
}

/** A key that may see the history need not be one that may call models. @param {AbortSignal} signal */
async function liveModels(signal) {
  return models(signal).catch((error) => {
    if (error instanceof ApiError && error.status === 403) return []
    throw error
  })
}

/** A wrong key stays wrong until it is changed. @param {unknown} error */
function waitAfter(error) {
  if (!(error instanceof ApiError)) return EVERY_MS
  if (isAboutKey(error)) return null
  return Math.max(EVERY_MS, error.retryAfterSeconds * 1_000)
}

/** @param {number} inMs */
function again(inMs) {
  clearTimeout(shown.timer)
  if (!auto.checked || document.visibilityState !== 'visible') return
  shown.timer = setTimeout(() => void refreshPast(), inMs)
}

function write() {
  const trouble = shown.error === null ? '' : errorWords(shown.error)
  showKeyError(isAboutKey(shown.error) ? trouble : '')
  byId('past-body', HTMLElement).hidden = shown.at === null
  byId('past-error', HTMLElement).textContent = trouble
  writeUsage(shown.rows, shown.list)
  writeLive(shown.catalog)
  writeLogs(shown.list, (id) => void openDetails(id))
  byId('past-state', HTMLElement).textContent =
    shown.at === null ? '' : t('past.as_of', { time: clockTime(shown.at) })
}
