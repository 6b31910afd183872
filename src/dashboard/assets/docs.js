import { byId, el, table } from './dom.js'

/**
 * What this page reads of an OpenAPI document.
 *
 * @typedef {{ [name: string]: unknown }} Schema
 * @typedef {{ [type: string]: { schema: Schema } }} Content
 * @typedef {{ name: string, in: string, required: boolean, description?: string, schema: Schema }} Parameter
 * @typedef {{ operationId: string, tags: string[], summary: string, security: { [scheme: string]: string[] }[],
 *   parameters: Parameter[], requestBody?: { required: boolean, content: Content },
 *   responses: { [status: string]: { description: string, content?: Content } } }} Operation
 * @typedef {{ info: { description: string }, tags: { name: string }[],
 *   paths: { [path: string]: { [method: string]: Operation } },
 *   components: { schemas: { [name: string]: Schema } } }} Api
 */

/** @returns {Promise<Api>} */
async function readApi() {
  const response = await fetch('/openapi.json')
  if (!response.ok) throw new Error(`/openapi.json answers ${response.status}`)
  return response.json()
}

/** @param {Api} api */
function show(api) {
  byId('introduction', HTMLElement).textContent = api.info.description.split('\n')[0] ?? ''
  const calls = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = api.tags.map(({ name }) =>
    el(
      'section',
      { 'aria-label': name },
      el('h2', {}, name),
      ...calls
        .filter(({ operation }) => operation.tags.includes(name))
        .map(({ path, method, operation }) => card(path, method, operation, api)),
    ),
  )
  byId('operations', HTMLElement).replaceChildren(...sections)
  openNamed()
}

/**
 * One operation, closed; what is in it is made when it is opened.
 *
 * @param {string} path
 * @param {string} method
 * @param {Operation} operation
 * @param {Api} api
 */
function card(path, method, operation, api) {
  const inside = el('div', {})
  const details = el(
    'details',
    { class: 'card operation', id: operation.operationId },
    el(
      'summary',
      {},
      el('span', { class: 'method' }, method.toUpperCase()),
      el('code', { class: 'path' }, path),
      el('span', {}, operation.summary),
      el('span', { class: 'access' }, accessOf(operation)),
    ),
    inside,
  )
  details.addEventListener('toggle', () => {
    if (details.open && !inside.firstChild) inside.append(...partsOf(operation, api))
  })
  return details
}

/** Who may call. @param {Operation} operation */
function accessOf({ security }) {
  const [first] = security
  if (!first) return 'no key'
  return first['operator'] ? 'operator' : `scope ${Object.values(first).flat().join(', ')}`
}

/**
 * @param {Operation} operation
 * @param {Api} api
 */
function partsOf({ parameters, requestBody, responses }, api) {
  return [
    parameters.length > 0 && parameterTable(parameters),
    ...(requestBody
      ? contentParts(requestBody.required ? 'Body' : 'Body, if any', requestBody.content, api)
      : []),
    ...Object.entries(responses)
      .filter(([status]) => Number(status) < 400)
      .flatMap(([status, { description, content }]) =>
        contentParts(`${status}: ${description}`, content, api),
      ),
    errorTable(responses),
  ].filter((part) => part !== false)
}

/** @param {Parameter[]} parameters */
function parameterTable(parameters) {
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, el('code', {}, name)),
      el('td', {}, required ? place : `${place}, optional`),
      el('td', {}, description || wordsOf(schema)),
    ),
  )
  const heads = ['Parameter', 'Where', 'What'].map((text) => ({ text }))
  return table({ caption: 'Parameters', heads, rows })
}

/** A simple schema in a few words. @param {Schema} schema */
function wordsOf(schema) {
  return Object.entries(schema)
    .map(([name, value]) => (name === 'type' ? String(value) : `${name} ${JSON.stringify(value)}`))
    .join(', ')
}

/**
 * @param {string} title
 * @param {Content | undefined} content
 * @param {Api} api
 */
function contentParts(title, content, api) {
  return Object.entries(content ?? {}).map(([type, { schema }]) =>
    el(
      'div',
      {},
      el('h3', {}, `${title} (${type})`),
      el('pre', { tabindex: '0' }, JSON.stringify(resolved(schema, api), null, 2)),
    ),
  )
}

/**
 * The schema that a reference names.
 *
 * @param {Schema} schema
 * @param {Api} api
 */
function resolved(schema, api) {
  const { $ref } = schema
  const name = typeof $ref === 'string' ? $ref.replace('#/components/schemas/', '') : ''
  return api.components.schemas[name] ?? schema
}

/** @param {Operation['responses']} responses */
function errorTable(responses) {
  const rows = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, { description }]) =>
      el('tr', {}, el('th', { scope: 'row' }, status), el('td', {}, description.replaceAll('`', ''))),
    )
  return table({ caption: 'Errors', heads: [{ text: 'Error' }, { text: 'Codes' }], rows })
}

/** Opens the operation that the address names. */
function openNamed() {
  const named = document.getElementById(location.hash.slice(1))
  if (!(named instanceof HTMLDetailsElement)) return
  named.open = true
  named.scrollIntoView()
}

addEventListener('hashchange', openNamed)
readApi()
  .then(show)
  .catch((/** @type {unknown} */ error) => {
    byId('problem', HTMLElement).textContent = `The description could not be read: ${String(error)}`
  })
