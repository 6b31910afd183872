import { isLast, type LastEvent } from '../core/chat.ts'
import { type Guardrail, guardrailsOn } from '../core/guardrails.ts'
import type { Step } from '../collaborate/collaborate.ts'
import { createEventGuard, type EventGuard } from '../guard/event-guard.ts'
import { applyTo, newTally } from '../guard/text-guard.ts'
import type { Asked } from './asked.ts'
import { opinionFinding, readyGuard } from './guard.ts'
import { askWebhook } from './guard-webhook.ts'

/** Whether an answer is looked through: its host's own words cannot be relayed then. */
export function guardsOutput({ guardrails }: Asked['config']): boolean {
  return guardrailsOn(guardrails, 'output').length > 0
}

/**
 * How words of or about an answer may be told beside it: written over where something is found, null where they are not
 * told. Null where everything may be.
 */
export function wordGuard({ guardrails }: Asked['config']): ((text: string) => string | null) | null {
  const acting = guardrailsOn(guardrails, 'output').filter(({ action }) => action !== 'report')
  if (acting.length === 0) return null
  const guards = acting.flatMap(guardOf)
  // A checker outside is asked about the answer alone.
  if (guards.length < acting.length) return () => null
  return (text) => {
    let left = text
    for (const guard of guards) {
      const tally = newTally()
      left = applyTo(left, guard, tally)
      if (tally.count > 0 && guard.guardrail.action === 'block') return null
    }
    return left
  }
}

/**
 * Lets an answer pass the tenant's guardrails. One that is blocked ends there with `content_filter`, and its host is not
 * read any further; of one that is not streamed nothing is left. Checkers outside want the whole answer: it is held
 * until they have spoken.
 *
 * @param asked its `findings` grow, and are complete when the last event comes
 */
export async function* guardOutput(asked: Asked, events: AsyncIterable<Step>): AsyncGenerator<Step> {
  const guardrails = guardrailsOn(asked.config.guardrails, 'output')
  const guard = createEventGuard(guardrails.flatMap(guardOf))
  const webhooks = guardrails.filter(({ check }) => check.kind === 'webhook')
  const passed = passing(asked, guard, events)
  if (webhooks.length === 0 && asked.inbound.stream) return yield* passed
  const held: Step[] = []
  for await (const event of passed) {
    if (event.type === 'progress') yield event
    else held.push(event)
  }
  if (guard.isBlocked()) return yield CONTENT_FILTER
  yield* await afterWebhooks(asked, webhooks, joined(held))
}

function guardOf(guardrail: Guardrail) {
  const { check } = guardrail
  return check.kind === 'pii' || check.kind === 'regex' || check.kind === 'keywords'
    ? [readyGuard(guardrail, check)]
    : []
}

async function* passing(
  { findings }: Pick<Asked, 'findings'>,
  guard: EventGuard,
  events: AsyncIterable<Step>,
): AsyncGenerator<Step> {
  let told = false
  try {
    for await (const event of events) {
      if (event.type === 'seam' || event.type === 'progress') {
        yield event
        continue
      }
      yield* isLast(event) ? guard.end() : guard.push(event)
      const end = guard.isBlocked() ? CONTENT_FILTER : isLast(event) ? withoutNative(event) : null
      if (!end) continue
      findings.push(...guard.findings())
      told = true
      return yield end
    }
  } finally {
    if (!told) findings.push(...guard.findings())
  }
}

const CONTENT_FILTER: LastEvent = { type: 'answer-end', reason: 'content_filter', usage: null }

/** The host's own body would say what was written over. */
function withoutNative(last: LastEvent): LastEvent {
  if (last.type === 'answer-error') return last
  const { native: _native, ...rest } = last
  return rest
}

/** Pieces of one text as one. */
function joined(events: readonly Step[]): Step[] {
  const whole: Step[] = []
  for (const event of events) {
    const last = whole.at(-1)
    if (event.type === 'text-delta' && last?.type === 'text-delta' && last.choice === event.choice) {
      whole[whole.length - 1] = { ...last, text: last.text + event.text }
    } else whole.push(event)
  }
  return whole
}

async function afterWebhooks(
  { scope, findings }: Pick<Asked, 'scope' | 'findings'>,
  webhooks: readonly Guardrail[],
  events: readonly Step[],
): Promise<readonly Step[]> {
  let left = events
  for (const guardrail of webhooks) {
    const { check } = guardrail
    if (check.kind !== 'webhook') continue
    const texts = left.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))
    const opinion = await askWebhook(scope, guardrail, check, 'output', texts)
    if (opinion.verdict === 'allow') continue
    const finding = opinionFinding(guardrail, 'output', opinion)
    findings.push(finding)
    if (finding.action === 'block') return [CONTENT_FILTER]
    if (finding.action !== 'mask' || opinion.verdict !== 'mask') continue
    const written = opinion.texts.values()
    left = left.map((event) =>
      event.type === 'text-delta' ? { ...event, text: written.next().value ?? '' } : event,
    )
  }
  return left
}
