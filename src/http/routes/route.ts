import { Hono } from 'hono'
import { type AppEnv, scopeOf } from '../context.ts'
import { decide, hostsFor } from '../decide.ts'
import { decisionBody } from '../decision-body.ts'
import { sendEntry } from '../exchange.ts'
import { type Aftermath, aftermathBody } from '../history.ts'
import { readChat } from '../session.ts'

/** Decides and explains, calls nobody. The decision is kept like any other. */
export const routeRoutes = new Hono<AppEnv>().post('/route', async (c) => {
  const scope = scopeOf(c)
  const decision = await decide(scope, await readChat(c))
  const body = decisionBody(decision, hostsFor(c.env))
  const { reason, createdAt: endedAt } = decision
  const aftermath: Aftermath = {
    status: 'decided',
    reason,
    streamed: false,
    attempts: [],
    writers: [],
    endedAt,
  }
  sendEntry(scope, decision, aftermathBody(body, aftermath), aftermath)
  c.header('x-switchyard-decision-id', decision.id)
  return c.json(body)
})
