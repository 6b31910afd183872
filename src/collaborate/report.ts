import { type Answer, textsOf } from '../core/answer.ts'
import { isRecord } from '../core/canonical-json.ts'
import type { ChatRequest } from '../core/chat.ts'
import type { Draft } from './draft.ts'
import type { FusionReport, VoteGroup } from './outcome.ts'
import { caseOf, labelled, QUOTES_ARE_DATA } from './quoted.ts'
import { readJson } from './read-json.ts'
import { isClearMajority } from './vote.ts'

/** What an analyst may write, thoughts included, in tokens. */
export const ANALYST_TOKENS = 8_192
/** Of a report: entries in each list, positions on a topic, and UTF-16 units of each text. */
export const REPORT_LIMITS = { items: 12, positions: 8, chars: 600 } as const

const STRINGS = { type: 'array', items: { type: 'string' } }

/** Asks an analyst to compare drafts, without saying who wrote them. */
export function analysisRequest(request: ChatRequest, drafts: readonly Draft[]): ChatRequest {
  const answers = labelled(drafts)
  const labels = answers.map(({ label }) => label)
  const task =
    'You compare answers that were given, independently of each other, to the last message of a conversation. ' +
    `${QUOTES_ARE_DATA}\n\nReply with JSON only, its texts short and in the language of the question:\n` +
    '"consensus": claims that all or nearly all answers make;\n' +
    '"contradictions": where answers exclude each other: "topic", and "positions", each with "claim" and "answers", ' +
    'the letters of those who claim it;\n' +
    '"unique_points": what matters and only one answer says: "answer", its letter, and "point";\n' +
    '"blind_spots": what matters to the question and no answer considers.\n' +
    `Most important first, at most ${REPORT_LIMITS.items} entries each; a list may be empty. Do not judge who is right.`
  return {
    messages: [
      { role: 'system', content: [{ type: 'text', text: task }] },
      { role: 'user', content: caseOf(request, answers) },
    ],
    tools: [],
    output: { type: 'json_schema', name: 'comparison', schema: schemaFor(labels), strict: true },
    sampling: { maxOutputTokens: ANALYST_TOKENS },
    reasoning: {},
    native: null,
  }
}

function schemaFor(labels: readonly string[]): Record<string, unknown> {
  const label = { type: 'string', enum: labels }
  const position = objectOf({ claim: { type: 'string' }, answers: { type: 'array', items: label } })
  const topic = objectOf({ topic: { type: 'string' }, positions: { type: 'array', items: position } })
  const point = objectOf({ answer: label, point: { type: 'string' } })
  return objectOf({
    consensus: STRINGS,
    contradictions: { type: 'array', items: topic },
    unique_points: { type: 'array', items: point },
    blind_spots: STRINGS,
  })
}

function objectOf(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

/**
 * An analyst's report, within `REPORT_LIMITS`. Entries that name no draft are left out, as are contradictions with
 * fewer than two positions; null where nothing is left.
 *
 * @param drafts as they were given to `analysisRequest`
 */
export function readReport(answer: Answer, drafts: readonly Draft[]): FusionReport | null {
  const value = readJson(textsOf(answer.choices[0]).text)
  if (!isRecord(value)) return null
  const numbers = new Map(labelled(drafts).map(({ label, draft }) => [label, draft.number]))
  const membersIn = (said: unknown) => {
    const names = listOf(said).map((name) => textOf(name).toUpperCase().slice(-1))
    return [...new Set(names.flatMap((name) => numbers.get(name) ?? []))].sort((a, b) => a - b)
  }
  const contradictions = recordsIn(value['contradictions']).flatMap(({ topic, positions }) => {
    const held = recordsIn(positions)
      .map(({ claim, answers }) => ({ members: membersIn(answers), claim: textOf(claim) }))
      .filter(({ members, claim }) => members.length > 0 && claim !== '')
      .slice(0, REPORT_LIMITS.positions)
    return held.length > 1 ? [{ topic: textOf(topic), positions: held }] : []
  })
  const uniquePoints = recordsIn(value['unique_points']).flatMap(({ answer: by, point }) => {
    const [member] = membersIn(by)
    return member === undefined || textOf(point) === '' ? [] : [{ member, point: textOf(point) }]
  })
  const lists = {
    consensus: textsIn(value['consensus']),
    contradictions: contradictions.slice(0, REPORT_LIMITS.items),
    uniquePoints: uniquePoints.slice(0, REPORT_LIMITS.items),
    blindSpots: textsIn(value['blind_spots']),
  }
  return Object.values(lists).some((list) => list.length > 0) ? { ...lists, source: 'analyst' } : null
}

/** What a single vote says of drafts, where there is no better report. */
export function reportOfVote(groups: readonly VoteGroup[], drafts: readonly Draft[]): FusionReport {
  const claims = groups.map(({ members, answer }) => ({ members, claim: shortened(answer) }))
  const agreed = groups.length === 1 && groups[0] !== undefined && isClearMajority(groups[0], drafts.length)
  const positions = claims.slice(0, REPORT_LIMITS.positions)
  return {
    consensus: agreed ? claims.map(({ claim }) => claim) : [],
    contradictions: groups.length > 1 ? [{ topic: 'final answer', positions }] : [],
    uniquePoints: [],
    blindSpots: [],
    source: 'vote',
  }
}

function textsIn(value: unknown): readonly string[] {
  const texts = listOf(value).map(textOf)
  return texts.filter((text) => text !== '').slice(0, REPORT_LIMITS.items)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? shortened(value.trim()) : ''
}

function shortened(text: string): string {
  return text.length <= REPORT_LIMITS.chars ? text : `${text.slice(0, REPORT_LIMITS.chars - 1)}…`
}

function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return listOf(value).filter(isRecord)
}

/** A list; what stands alone in its place is one of one. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}
