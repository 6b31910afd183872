import type { CollaborationWish } from '../../../../src/core/collaboration.ts'
import type { RoutingPreferences } from '../../../../src/core/routing.ts'
import type { Team } from '../../../../src/route/collaboration/plan.ts'
import { BALANCED, type Decision } from '../../../../src/route/decision.ts'
import { route, type RoutingInput } from '../../../../src/route/route.ts'
import { demand, model, offer, preferences, priced, routingInput, SOURCE } from '../builders.ts'

const elo = (value: number) => ({ scores: [{ benchmark: 'arena_elo', value, source: SOURCE } as const] })

/** From weak and cheap to strong and dear; the strong one at three hosts, of which one is dearer. */
const MODELS = [
  model('v/strong', {
    ...elo(1_480),
    offers: [
      offer('one', { price: priced(10, 50) }),
      offer('two', { price: priced(10, 50) }),
      offer('dear', { price: priced(20, 90) }),
    ],
  }),
  model('v/middle', { ...elo(1_400), offers: [offer('one', { price: priced(1, 4) })] }),
  model('v/cheap', { ...elo(1_330), offers: [offer('two', { price: priced(0.1, 0.4) })] }),
  model('v/small', { ...elo(1_480), contextWindow: 500, offers: [offer('two', { price: priced(9, 40) })] }),
]

export type Asked = {
  model?: string
  wish?: CollaborationWish
  autoRouter?: RoutingPreferences['autoRouter']
  provider?: RoutingPreferences['provider']
} & Partial<RoutingInput>

/** A hard question whose answers can be compared. */
export const HARD = demand({ taskType: 'math', difficulty: 0.75, expectedOutputTokens: 800 })
export const PROSE = demand({ taskType: 'writing', difficulty: 0.75, expectedOutputTokens: 800 })

/** What a tenant lets happen unasked. */
export const MAY = {
  ...BALANCED,
  unasked: { patterns: ['cascade', 'panel'], minGain: 0, maxCostRatio: 100 },
} as const

export function decide({
  model: name = 'auto',
  wish,
  autoRouter = {},
  provider = {},
  ...rest
}: Asked = {}): Decision {
  const sent = preferences({ model: name, autoRouter, provider, ...(wish && { collaboration: wish }) })
  return route(routingInput(MODELS, { demand: HARD, preferences: sent, ...rest }))
}

export function cascadeOf({ collaboration: { pattern } }: Decision) {
  if (pattern.kind !== 'cascade') throw new Error(`no cascade: ${pattern.kind}`)
  return pattern
}

export function panelOf({ collaboration: { pattern } }: Decision) {
  if (pattern.kind !== 'panel' && pattern.kind !== 'fusion') throw new Error(`no panel: ${pattern.kind}`)
  return pattern
}

/** `model@host` of all of a team, in order. */
export function namesOf(team: Team): string[] {
  return team.map(
    ({
      candidate: {
        model: { id },
        offer: { host },
      },
    }) => `${id}@${host}`,
  )
}

export function leadOf([{ candidate }]: Team): string {
  return candidate.model.id
}
