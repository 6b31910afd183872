import { Hono } from 'hono'
import { askedOf } from '../asked.ts'
import { type AppEnv, scopeOf } from '../context.ts'
import { circumstancesOf, decideIn, ruledBy } from '../decide.ts'
import { decisionBody } from '../decision-body.ts'
import { guardInput } from '../guard.ts'
import { type Aftermath, aftermathBody } from '../history.ts'
import { sendEntry } from '../record.ts'
import { readChat } from '../session.ts'

/** Decides and explains, calls nobody. The decision is kept like any other. */
export const routeRoutes = new Hono<AppEnv>().post('/route', async (c) => {
  const scope = scopeOf(c)
  const asked = await guardInput(askedOf(scope, await readChat(c)), false)
  const circumstances = await circumstancesOf(asked)
  const decision = decideIn(circumstances, ruledBy(asked), scope.env)
  const body = decisionBody(decision, scope.tenant.hosts, asked.findings)
  const { reason, createdAt: endedAt } = decision
  const aftermath: Aftermath = {
    status: 'decided',
    reason,
    streamed: false,
    attempts: [],
    writers: [],
    endedAt,
  }
  sendEntry({ ...asked, circumstances, decision }, aftermathBody(body, aftermath), aftermath)
  c.header('x-switchyard-decision-id', decision.id)
  return c.json(body)
})
