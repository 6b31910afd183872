import type { Span } from './digit-runs.ts'
import { spansOf } from './span.ts'

/** RFC 5321: the longest local part, and the longest name of a host. */
const MAX_LOCAL = 64
const MAX_HOST = 255
const LOCAL_CHAR = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u
const HOST =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:[a-z]{2,24}|xn--[a-z\d-]{2,58}|\p{L}{2,24})/iu

/** E-mail addresses, read outwards from each `@`. */
export function findEmails(text: string): Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const host = HOST.exec(text.slice(at + 1, at + 1 + MAX_HOST))?.[0]
    let start = at
    while (start > 0 && at - start < MAX_LOCAL && LOCAL_CHAR.test(text[start - 1] ?? ' ')) start--
    const local = text.slice(start, at)
    // Before letters without spaces between words, an address begins where ASCII does.
    const ascii = /[\w.+%'-]+$/.exec(local)
    if (ascii && /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(local)) start += ascii.index
    while (start < at && /[.'`*=/{|}?!&#^~$%-]/.test(text[start] ?? '')) start++
    if (host !== undefined && start < at && text[at - 1] !== '.') {
      spans.push({ start, end: at + 1 + host.length })
    }
  }
  return spans
}

/** Addresses of the web with their scheme, or with `www.`. */
export function findUrls(text: string): Span[] {
  const found = text.matchAll(
    /(?<![\p{L}\d])(?:https?|ftp):\/\/[^\s<>"'`，。；）」』】、]{3,2048}|(?<![\w./@])www\.[a-z\d-]{1,63}\.[^\s<>"'`，。；）」』】、]{2,2048}/giu,
  )
  return Array.from(found, ({ 0: url, index }) => ({ start: index, end: index + trimmed(url).length }))
}

/** Without the signs that end a sentence, or close what was opened before the address. */
function trimmed(url: string): string {
  let bare = url
  for (let i = 0; i < MAX_TRAILING && isTrailing(bare); i++) bare = bare.slice(0, -1)
  return bare
}

const MAX_TRAILING = 16

function isTrailing(url: string): boolean {
  if (/[.,;:!?*_~\]]$/.test(url)) return true
  return url.endsWith(')') && url.split(')').length > url.split('(').length
}

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d{1,2})`
const V4 = new RegExp(String.raw`(?<![\w.])(?<!version |v)${OCTET}(?:\.${OCTET}){3}(?!\.?\w)`, 'gi')
const V6 = /(?<![\w:.])(?:[\da-f]{1,4}|:):[\da-f:]{1,40}(?![\w:])/gi

/** Addresses of computers, IPv4 and IPv6. */
export function findIpAddresses(text: string): Span[] {
  return [...spansOf(text, V4, (found) => !/(?:^|\.)0\d/.test(found)), ...spansOf(text, V6, isV6)].sort(
    (a, b) => a.start - b.start,
  )
}

/** RFC 4291: eight groups, of which `::` stands for one or more. A few hexadecimal letters around `::` are code. */
function isV6(found: string): boolean {
  const halves = found.split('::')
  if (halves.length > 2 || !/\d/.test(found)) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return false
  return halves.length === 2
    ? groups.length < 8 && (groups.length > 1 || found === '::1')
    : groups.length === 8
}
