import { byId, el, nameHead, table } from './dom.js'
import { clockTime, count, duration, percent } from './format.js'
import { t } from './language.js'

/** @typedef {import('./api.js').Model} Model */
/** @typedef {import('./api.js').Live} Live */
/** @typedef {{ model: string, host: string, live: Live }} Offer */

/** The routing table: every offer with calls of the last minutes, most used first. @param {Model[]} models */
export function writeLive(models) {
  const offers = models
    .flatMap(({ id, providers = [] }) =>
      providers.flatMap(({ provider, live }) => (live ? [{ model: id, host: provider, live }] : [])),
    )
    .filter(({ live }) => live.requests > 0 || live.in_flight > 0 || live.breaker.state !== 'closed')
    .toSorted((a, b) => b.live.requests - a.live.requests)
  byId('live', HTMLElement).replaceChildren(
    offers.length === 0 ? el('p', { class: 'hint' }, t('live.none')) : liveTable(offers),
  )
}

/** @param {Offer[]} offers */
function liveTable(offers) {
  const numbers = /** @type {const} */ (['requests', 'errors', 'ttft', 'speed', 'in_flight'])
  return table({
    caption: t('live.title'),
    kind: 'usage live',
    heads: [
      { text: t('column.model'), kind: 'name' },
      ...numbers.map((column) => ({ text: t(`column.${column}`), kind: 'number' })),
      { text: t('column.breaker') },
      { text: t('column.last_error') },
    ],
    rows: offers.map(liveRow),
  })
}

/** @param {Offer} offer */
function liveRow({ model, host, live }) {
  const { requests, error_rate: errors, ttft_ms: ttft, tokens_per_second: speed } = live
  return el(
    'tr',
    {},
    nameHead(model, host),
    el('td', { class: 'number' }, count(requests)),
    el('td', { class: `number ${errors ? 'bad' : ''}` }, percent(errors)),
    el('td', { class: 'number' }, ttft ? `${duration(ttft.p50)} / ${duration(ttft.p95)}` : '–'),
    el('td', { class: 'number' }, speed === null ? '–' : count(Math.round(speed))),
    el('td', { class: 'number' }, count(live.in_flight)),
    el('td', {}, breakerBadge(live)),
    el('td', {}, lastError(live)),
  )
}

/** @param {Live} live */
function breakerBadge({ breaker: { state, open_until: until } }) {
  const tone = state === 'closed' ? 'succeeded' : 'failed'
  const words = el('span', { class: `badge ${tone}`, 'data-breaker': state }, t(`breaker.${state}`))
  return until === null ? words : el('span', {}, words, ' ', t('live.until', { time: clockTime(until) }))
}

/** @param {Live} live */
function lastError({ last_errors: [last] }) {
  if (!last) return '–'
  const code = last.status === null ? last.code : `${last.code} (${last.status})`
  return `${clockTime(last.at)} ${code}`
}
