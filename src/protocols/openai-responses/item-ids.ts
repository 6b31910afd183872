/** The starts of the ids of output items, by kind. */
const PREFIXES = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
} as const

/** The id of an input item that was sent without one: `msg_01jd…`. */
const MINTED = /^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$/
/** The id of an output item of our making, which names its response: `msg_0_01jd…`. */
const OUTPUT = /^[a-z]+_\d+_([0-9a-hjkmnp-tv-z]{26})$/
/** A host's own id, with the response's name added. */
const NAMED = /^(.+)__([0-9a-hjkmnp-tv-z]{26})$/
/** Ids of hosts' items in their JSON. In texts the quotes are escaped. */
const HOST_IDS = /("(?:item_)?id":\s*"(?:msg|rs|fc|ctc|ws|fs|ci|ig)_[^"\\]+)"/g

/**
 * The id of the item at `index` of a response's output, thoughts that are not shown counted too: the same streamed,
 * whole and stored.
 */
export function outputItemId(responseId: string, kind: keyof typeof PREFIXES, index: number): string {
  return `${PREFIXES[kind]}_${index}_${tailOf(responseId)}`
}

/** A host's output items, as JSON or events, with their response named in their ids: references to them can be found. */
export function nameResponse(json: string, responseId: string): string {
  return json.replaceAll(HOST_IDS, `$1__${tailOf(responseId)}"`)
}

/** The response that an output item is part of; null for an item that we did not write. */
export function responseOf(itemId: string): string | null {
  const tail = NAMED.exec(itemId)?.[2] ?? OUTPUT.exec(itemId)?.[1]
  return tail === undefined ? null : `resp_${tail}`
}

/** The id that a host knows an item by; null for one of our making. */
export function hostItemId(itemId: string): string | null {
  return MINTED.test(itemId) || OUTPUT.test(itemId) ? null : (NAMED.exec(itemId)?.[1] ?? itemId)
}

function tailOf(responseId: string): string {
  return responseId.slice(responseId.indexOf('_') + 1)
}
