import { fencesIn } from './checks/fences.ts'

/** Thoughts that some models write into their text. */
const THOUGHTS = /^\s*<think>[^]*?<\/think>/

/**
 * The JSON value that a model's answer is, or holds: alone, in a block of code, or as the outermost object within words.
 *
 * @returns undefined where there is none
 */
export function jsonIn(text: string): unknown {
  const said = text.replace(THOUGHTS, '')
  const blocks = fencesIn(said).map(({ code }) => code)
  const [begin, end] = [said.indexOf('{'), said.lastIndexOf('}') + 1]
  for (const json of [said, ...blocks, begin < 0 ? '' : said.slice(begin, end)]) {
    const value = parsed(json)
    if (value !== undefined) return value
  }
  return undefined
}

/** @returns undefined for what is no JSON */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
