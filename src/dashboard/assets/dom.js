/** What an element may hold; null and false are left out. @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element of the page that must be there.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`No ${type.name} #${id} in the page`)
  return found
}

/**
 * A new element. Children become text nodes, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{ [name: string]: string | boolean | null | undefined }} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '')
    else if (typeof value === 'string') node.setAttribute(name, value)
  }
  node.append(...present(children))
  return node
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false) return []
    return [typeof child === 'number' ? String(child) : child]
  })
}

/**
 * A bar of a share, 0..1. It only repeats what stands beside it, so it is hidden from assistive technology.
 *
 * @param {number} share
 * @param {string} [tone]
 */
export function bar(share, tone = '') {
  const fill = el('span', { class: 'bar-fill' })
  const bounded = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
  fill.style.setProperty('inline-size', `${Math.round(bounded * 1000) / 10}%`)
  return el('span', { class: `bar ${tone}`.trim(), 'aria-hidden': 'true' }, fill)
}

/**
 * A table that scrolls inside its box.
 *
 * @param {{ caption: string, heads: { text: string, kind?: string }[], rows: HTMLTableRowElement[], kind?: string }} parts
 */
export function table({ caption, heads, rows, kind = '' }) {
  const cells = heads.map(({ text, kind: headKind }) =>
    el('th', { scope: 'col', class: headKind }, text === '' ? hiddenText('·') : text),
  )
  return el(
    'table',
    { class: kind },
    el('caption', { class: 'visually-hidden' }, caption),
    el('thead', {}, el('tr', {}, ...cells)),
    el('tbody', {}, ...rows),
  )
}

/**
 * The head of a row that is about a model, with the small print below its name.
 *
 * @param {string} model
 * @param {string} below
 * @param {...Child} more
 */
export function nameHead(model, below, ...more) {
  const lines = [el('span', { class: 'model' }, model), el('span', { class: 'host' }, below)]
  return el('th', { scope: 'row', class: 'name' }, ...lines, ...more)
}

/** @param {string} text */
export function hiddenText(text) {
  return el('span', { class: 'visually-hidden' }, text)
}
