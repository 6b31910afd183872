import { createHmac } from 'node:crypto'
import { isObject, parseJson } from './json.ts'

/** Known to nobody but the simulation: what carries its mark was made here. */
const SECRET = 'simulated hosts only'
const MARK_CHARACTERS = 32

/** What a seal is for: one kind is worth nothing in the place of another. */
export type SealKind = 'thinking' | 'redacted-thinking' | 'encrypted-reasoning' | 'thought'

/** A mark that only the simulation can make for this text. Says nothing of the text itself. */
export function signatureOf(kind: SealKind, text: string): string {
  return createHmac('sha256', SECRET).update(`${kind}\n${text}`).digest('base64')
}

/** A text put away so that only the simulation can tell that it made it. */
export function seal(kind: SealKind, text: string): string {
  const content = Buffer.from(JSON.stringify({ text })).toString('base64')
  return `${signatureOf(kind, content).replaceAll('=', '').slice(0, MARK_CHARACTERS)}${content}`
}

/** The text that was put away, or null when the simulation did not make this seal. */
export function unseal(kind: SealKind, sealed: string): string | null {
  const content = sealed.slice(MARK_CHARACTERS)
  const value = parseJson(Buffer.from(content, 'base64').toString())
  const text = isObject(value) ? value['text'] : null
  return typeof text === 'string' && seal(kind, text) === sealed ? text : null
}
