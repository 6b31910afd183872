import { Hono } from 'hono'
import type { AgentNode } from '../../agents/node.ts'
import { AGENT_LIMITS } from '../../agents/card.ts'
import type { GraphEvent, Refusal } from '../../agents/graph.ts'
import { AppError } from '../../core/errors.ts'
import { checked } from '../../protocols/invalid-field.ts'
import {
  agentJson,
  edgeJson,
  graphQuery,
  heartbeatBody,
  readAgentBody,
  readMatchBody,
  readOutcome,
} from '../agent-body.ts'
import { audit } from '../audit.ts'
import { etag } from '../config-requests.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { readJsonBody } from '../read-body.ts'

/** A tenant's agents: who they are, how they are, and who fits a task. */
export const agentRoutes = new Hono<AppEnv>()
  .get('/agents', async (c) => {
    const { nodes } = await graphOf(c).list()
    const now = Date.now()
    return c.json({ object: 'list', data: nodes.map((node) => agentJson(node, now)) })
  })
  .post('/agents/match', async (c) => {
    const { ranked, excluded } = await graphOf(c).match(
      readMatchBody(await readJsonBody(c.req.raw, AGENT_LIMITS.bytes)),
    )
    return c.json({
      object: 'agent.match',
      agent: ranked[0]?.id ?? null,
      data: ranked,
      excluded: excluded.map(({ id, against }) => ({ id, excluded_by: against })),
    })
  })
  .get('/agents/:id', async (c) => {
    const node = await graphOf(c).agent(c.req.param('id'))
    if (!node) throw refusal('unknown_agent')
    return shown(c, node)
  })
  .put('/agents/:id', async (c) => {
    const card = readAgentBody(c, c.req.param('id'), await readJsonBody(c.req.raw, AGENT_LIMITS.bytes))
    const header = c.req.header('if-match')
    const ifMatch = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? null
    const { node, before } = await told(c, { kind: 'agent-put', card, ifMatch })
    if (!node) throw refusal('unknown_agent')
    await noted(c, 'agent.put', before, node)
    return shown(c, node, before ? 200 : 201)
  })
  .delete('/agents/:id', async (c) => {
    const { before } = await told(c, { kind: 'agent-removed', id: c.req.param('id') })
    await noted(c, 'agent.delete', before, null)
    return c.body(null, 204)
  })
  .post('/agents/:id/drain', async (c) => {
    const { node, before } = await told(c, { kind: 'agent-drained', id: c.req.param('id') })
    if (!node) throw refusal('unknown_agent')
    await noted(c, 'agent.drain', before, node)
    return shown(c, node)
  })
  .post('/agents/:id/heartbeat', async (c) => {
    const said = checked(heartbeatBody, await readJsonBody(c.req.raw, AGENT_LIMITS.bytes))
    const beat = { status: said.status ?? null, load: said.load ?? null, leaseMs: said.lease_ms ?? null }
    const { node } = await told(c, { kind: 'heartbeat', id: c.req.param('id'), beat })
    if (!node) throw refusal('unknown_agent')
    return shown(c, node)
  })
  .post('/agents/:id/outcomes', async (c) => {
    const outcome = readOutcome(await readJsonBody(c.req.raw, AGENT_LIMITS.bytes))
    const { node } = await told(c, { kind: 'outcome-told', id: c.req.param('id'), outcome })
    if (!node) throw refusal('unknown_agent')
    return shown(c, node)
  })
  .get('/graph', async (c) => {
    const { format } = checked(graphQuery, c.req.query())
    if (format !== 'json') return c.text(await graphOf(c).draw(format))
    const { nodes, edges } = await graphOf(c).list()
    const now = Date.now()
    return c.json({
      object: 'graph',
      nodes: nodes.map((node) => agentJson(node, now)),
      edges: edges.map((edge) => edgeJson(edge, now)),
    })
  })

function graphOf(c: AppContext) {
  return c.env.GRAPH.getByName(c.var.caller.tenantId)
}

/** @throws AppError where the graph refuses it */
async function told(c: AppContext, event: GraphEvent) {
  const advance = await graphOf(c).tell(event)
  if (advance.kind === 'refused') throw refusal(advance.why)
  return { node: advance.change.node, before: advance.before }
}

function shown(c: AppContext, node: AgentNode, status: 200 | 201 = 200): Response {
  c.header('etag', etag(node.revision))
  return c.json(agentJson(node, Date.now()), status)
}

async function noted(c: AppContext, action: string, before: AgentNode | null, after: AgentNode | null) {
  const now = Date.now()
  await audit(c, {
    action,
    object: (after ?? before)?.card.id ?? '',
    ...(before && { before: agentJson(before, now) }),
    ...(after && { after: agentJson(after, now) }),
  })
}

function refusal(why: Refusal): AppError {
  const refused = REFUSALS[why]
  const retry = why === 'too_often' ? { retryAfterMs: AGENT_LIMITS.heartbeatMs } : {}
  return new AppError(refused.code, refused.message, {
    ...(refused.param && { param: refused.param }),
    ...retry,
  })
}

type Refused = {
  code: 'not_found' | 'invalid_request' | 'precondition_failed' | 'rate_limit_exceeded'
  message: string
  param?: string
}

const REFUSALS: Readonly<Record<Refusal, Refused>> = {
  unknown_agent: { code: 'not_found', message: 'There is no such agent: register it with PUT first' },
  unknown_skill: {
    code: 'invalid_request',
    message: "Invalid 'skill': the agent has no such skill",
    param: 'skill',
  },
  unknown_sender: {
    code: 'invalid_request',
    message: "Invalid 'from': expected another agent",
    param: 'from',
  },
  no_reports: { code: 'invalid_request', message: "Agents of kind 'model' run here and do not report" },
  too_often: { code: 'rate_limit_exceeded', message: 'An agent is heard once a second' },
  too_many: {
    code: 'invalid_request',
    message: `There may be ${AGENT_LIMITS.agents} agents: remove one first`,
  },
  overtaken: {
    code: 'precondition_failed',
    message: 'The card is another one by now: GET it first',
    param: 'If-Match',
  },
  no_slot: { code: 'rate_limit_exceeded', message: 'The agent has no free slot' },
}
