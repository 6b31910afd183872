import { bar, el, hiddenText, nameHead, table } from './dom.js'
import { count, duration, languageName, money, percent } from './format.js'
import { t, termWords } from './language.js'

/** @typedef {import('./api.js').Decision} Decision */
/** @typedef {import('./api.js').Eligible} Eligible */
/** @typedef {import('./api.js').Excluded} Excluded */

/** How many candidates are shown. */
const SHOWN = 12

/**
 * A decision with everything it weighed.
 *
 * @param {Decision} decision
 */
export function decisionView(decision) {
  return el(
    'article',
    { class: 'decision', 'data-decision': decision.id },
    headline(decision),
    facts(decision),
    fallbacks(decision),
    candidates(decision),
    excluded(decision),
  )
}

/** @param {Decision} decision */
function headline(decision) {
  const { model, provider } = decision.answered_by ?? decision
  return el(
    'header',
    { class: 'headline' },
    el('p', { class: 'reason' }, termWords('reason', decision.reason)),
    el('p', { class: 'chosen-model' }, model),
    el(
      'p',
      { class: 'where' },
      t('decision.on', { provider }),
      decision.simulated && el('span', { class: 'badge simulated' }, t('decision.simulated')),
      el('code', {}, decision.reason),
    ),
  )
}

/** @param {Decision} decision */
function facts(decision) {
  const { task, counterfactual } = decision
  const expected = chosenOf(decision)?.predicted.cost_usd ?? null
  const best = counterfactual.always_best_usd
  return el(
    'dl',
    { class: 'facts' },
    fact(
      t('decision.task'),
      termWords('task', task.type),
      t('decision.sure', { share: percent(task.type_confidence) }),
    ),
    fact(t('decision.tier'), termWords('tier', task.tier)),
    fact(t('decision.language'), languageName(task.language)),
    fact(t('decision.difficulty'), percent(task.difficulty), bar(task.difficulty, 'warm')),
    fact(t('decision.confidence'), percent(decision.confidence), bar(decision.confidence)),
    fact(t('decision.tokens'), `${count(task.input_tokens)} / ${count(task.expected_output_tokens)}`),
    decision.reasoning_effort !== null && fact(t('decision.effort'), decision.reasoning_effort),
    fact(t('decision.expected'), money(expected), savingWords(expected, best)),
    fact(t('decision.best'), money(best)),
  )
}

/** @param {Decision} decision */
function fallbacks({ fallback_providers: next }) {
  const models = next.map(({ model, provider }) => `${model} (${provider})`).join(' → ')
  return next.length > 0 && el('p', { class: 'hint' }, t('decision.then', { models }))
}

/**
 * @param {string} name
 * @param {string} value
 * @param {Node | string} [more]
 */
function fact(name, value, more) {
  const extra = typeof more === 'string' ? el('span', { class: 'hint' }, more) : more
  return el('div', {}, el('dt', {}, name), el('dd', {}, value, extra))
}

/**
 * @param {number | null} expected
 * @param {number | null} best
 */
function savingWords(expected, best) {
  if (expected === null || best === null || best <= 0) return ''
  const share = 1 - expected / best
  return share > 0.0005 ? t('decision.saving', { share: percent(share) }) : t('decision.no_saving')
}

/** @param {Decision} decision */
function chosenOf(decision) {
  return eligibleOf(decision).find(
    ({ model, provider }) => model === decision.model && provider === decision.provider,
  )
}

/** Best first. @param {Decision} decision @returns {Eligible[]} */
function eligibleOf({ candidates: all }) {
  return all.filter((candidate) => candidate.eligible).toSorted((a, b) => b.score - a.score)
}

/** The best ones, and always the chosen one. @param {Decision} decision */
function candidates(decision) {
  const all = eligibleOf(decision)
  const chosen = chosenOf(decision)
  const best = all.slice(0, SHOWN)
  if (chosen && !best.includes(chosen)) best.splice(-1, 1, chosen)
  const most = {
    cost: Math.max(...best.map(({ predicted }) => predicted.cost_usd ?? 0)),
    latency: Math.max(...best.map(({ predicted }) => predicted.latency_ms)),
  }
  const caption = t('decision.candidates', { shown: best.length, eligible: all.length })
  const columns = /** @type {const} */ (['quality', 'cost', 'latency', 'score'])
  const chosenAt = chosen ? best.indexOf(chosen) : -1
  return el(
    'div',
    {},
    el('h3', {}, caption),
    table({
      caption,
      kind: 'candidates',
      heads: [
        { text: t('column.model'), kind: 'name' },
        ...columns.map((column) => ({ text: t(`column.${column}`), kind: 'number' })),
      ],
      rows: best.map((candidate, index) => candidateRow(candidate, most, index - chosenAt)),
    }),
  )
}

/**
 * @param {Eligible} candidate
 * @param {{ cost: number, latency: number }} most
 * @param {number} place rows below the chosen one; 0 is the chosen one
 */
function candidateRow({ model, provider, predicted, score }, most, place) {
  const chosen = place === 0
  const cost = predicted.cost_usd
  return el(
    'tr',
    { class: chosen ? 'chosen' : place < 0 ? 'passed' : '' },
    nameHead(model, provider, chosen && hiddenText(` (${t('decision.chosen')})`)),
    measured(percent(predicted.quality), predicted.quality, '', t('column.quality')),
    measured(money(cost), (cost ?? 0) / most.cost, 'warm', t('column.cost')),
    measured(
      duration(predicted.latency_ms),
      predicted.latency_ms / most.latency,
      'cool',
      t('column.latency'),
    ),
    el('td', { class: 'number score', 'data-label': t('column.score') }, score.toFixed(3)),
  )
}

/**
 * @param {string} words
 * @param {number} share
 * @param {string} tone
 * @param {string} label
 */
function measured(words, share, tone, label) {
  return el('td', { class: 'number', 'data-label': label }, el('span', {}, words), bar(share, tone))
}

/** @param {Decision} decision */
function excluded({ candidates: all }) {
  const out = all.filter((candidate) => !candidate.eligible)
  if (out.length === 0) return null
  const groups = [...Map.groupBy(out, (candidate) => candidate.excluded_by)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  return el(
    'details',
    { class: 'excluded' },
    el('summary', {}, t('decision.excluded', { count: out.length })),
    el('ul', {}, ...groups.map(([reason, members]) => excludedGroup(reason, members))),
  )
}

/**
 * @param {string} reason
 * @param {Excluded[]} members
 */
function excludedGroup(reason, members) {
  const names = members.map(({ model, provider }) => `${model} (${provider})`).join(', ')
  return el(
    'li',
    {},
    el('strong', {}, `${members.length} `),
    termWords('excluded', reason),
    el('details', {}, el('summary', {}, reason), el('p', { class: 'hint' }, names)),
  )
}
