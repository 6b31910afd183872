import { bar, byId, el, nameHead, table } from './dom.js'
import { count, duration, money, percent } from './format.js'
import { t } from './language.js'

/** @typedef {import('./api.js').UsageRow} UsageRow */
/** @typedef {import('./api.js').Log} Log */
/**
 * @typedef {{ model: string, hosts: string[], attempts: number, failures: number, input: number, output: number,
 *   cost: number, latencySum: number }} ModelUsage
 */

/**
 * The figures of the last 24 hours, and what recent answers saved.
 *
 * @param {UsageRow[]} rows
 * @param {Log[]} logs
 */
export function writeUsage(rows, logs) {
  const models = byModel(rows)
  const all = totalOf(models)
  byId('tiles', HTMLElement).replaceChildren(
    tile(
      t('tile.attempts'),
      count(all.attempts),
      t('tile.failures', { share: percent(all.failures / Math.max(1, all.attempts)) }),
    ),
    tile(
      t('tile.tokens'),
      count(all.input + all.output),
      t('tile.tokens_parts', { input: count(all.input), output: count(all.output) }),
    ),
    tile(t('tile.cost'), money(all.cost), t('tile.cost_note')),
    tile(
      t('tile.latency'),
      all.attempts > 0 ? duration(all.latencySum / all.attempts) : '–',
      t('tile.latency_note'),
    ),
    savingTile(logs),
  )
  byId('usage', HTMLElement).replaceChildren(
    models.length === 0 ? el('p', { class: 'hint' }, t('usage.none')) : usageTable(models, all),
  )
}

/** Rows of one model on several hosts become one; most used first. @param {UsageRow[]} rows */
function byModel(rows) {
  return [...Map.groupBy(rows, ({ model }) => model)]
    .map(([model, parts]) => ({
      model,
      hosts: parts.map(({ provider }) => provider),
      attempts: sum(parts, (part) => part.attempts),
      failures: sum(parts, (part) => part.failures),
      input: sum(parts, (part) => part.input_tokens),
      output: sum(parts, (part) => part.output_tokens),
      cost: sum(parts, (part) => part.cost_usd),
      latencySum: sum(parts, (part) => part.mean_latency_ms * part.attempts),
    }))
    .toSorted((a, b) => b.attempts - a.attempts)
}

/** @param {ModelUsage[]} models */
function totalOf(models) {
  return {
    attempts: sum(models, (model) => model.attempts),
    failures: sum(models, (model) => model.failures),
    input: sum(models, (model) => model.input),
    output: sum(models, (model) => model.output),
    cost: sum(models, (model) => model.cost),
    latencySum: sum(models, (model) => model.latencySum),
  }
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} field
 */
function sum(items, field) {
  return items.reduce((total, item) => total + field(item), 0)
}

/** What was paid against what the best model was expected to cost. @param {Log[]} logs */
function savingTile(logs) {
  const answered = logs.filter(
    ({ status, cost_usd: cost, always_best_usd: best }) =>
      status === 'succeeded' && cost !== null && best !== null,
  )
  const cost = sum(answered, (log) => log.cost_usd ?? 0)
  const best = sum(answered, (log) => log.always_best_usd ?? 0)
  if (best <= 0) return tile(t('tile.saving'), '–', t('tile.saving_none'))
  const note = t('tile.saving_note', { cost: money(cost), best: money(best), answers: answered.length })
  const share = 1 - cost / best
  const simulated = answered.some((log) => log.simulated)
  const badge = simulated && el('span', { class: 'badge simulated' }, t('decision.simulated'))
  return tile(t('tile.saving'), percent(share), note, el('span', {}, badge, bar(share)))
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} note
 * @param {Node} [more]
 */
function tile(name, value, note, more) {
  return el(
    'div',
    { class: 'tile' },
    el('dt', {}, name),
    el('dd', { class: 'value' }, value, more),
    el('dd', { class: 'hint' }, note),
  )
}

/**
 * @param {ModelUsage[]} models
 * @param {ReturnType<typeof totalOf>} all
 */
function usageTable(models, all) {
  const numbers = /** @type {const} */ (['attempts', 'failures', 'tokens', 'cost', 'latency'])
  return table({
    caption: t('usage.title'),
    kind: 'usage',
    heads: [
      { text: t('column.model'), kind: 'name' },
      { text: t('column.share'), kind: 'wide' },
      ...numbers.map((column) => ({ text: t(`column.${column}`), kind: 'number' })),
    ],
    rows: models.map((model) => usageRow(model, model.attempts / Math.max(1, all.attempts))),
  })
}

/**
 * @param {ModelUsage} usage
 * @param {number} share
 */
function usageRow({ model, hosts, attempts, failures, input, output, cost, latencySum }, share) {
  return el(
    'tr',
    {},
    nameHead(model, hosts.join(', ')),
    el('td', { class: 'wide' }, el('span', { class: 'share' }, bar(share), percent(share))),
    el('td', { class: 'number' }, count(attempts)),
    el('td', { class: `number ${failures > 0 ? 'bad' : ''}` }, count(failures)),
    el('td', { class: 'number' }, `${count(input)} / ${count(output)}`),
    el('td', { class: 'number' }, money(cost)),
    el('td', { class: 'number' }, duration(latencySum / Math.max(1, attempts))),
  )
}
