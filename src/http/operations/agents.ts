import { agentBody, graphQuery, heartbeatBody, matchBody, outcomeBody } from '../agent-body.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

const AGENT = { id: { kind: 'agent', description: 'Id of an agent' } } as const
const SHOWN = objectOf('agent', ['id', 'kind', 'skills', 'status', 'load'])
const BASE = { access: 'agents', tag: 'Agents' } as const

/** The agents of a tenant, and how they work together. */
export const AGENTS: readonly Operation[] = [
  {
    ...BASE,
    id: 'listAgents',
    method: 'GET',
    path: '/v1/agents',
    summary: 'Agents, the starter team among them',
    answer: { description: 'All of them', schema: listOf() },
  },
  {
    ...BASE,
    id: 'matchAgents',
    method: 'POST',
    path: '/v1/agents/match',
    summary: 'Who fits a task, why, and why the others do not',
    body: { schema: matchBody },
    answer: {
      description: 'The best first; `agent` is null where nobody fits',
      schema: objectOf('agent.match', ['agent', 'data', 'excluded']),
    },
  },
  {
    ...BASE,
    id: 'getAgent',
    method: 'GET',
    path: '/v1/agents/{id}',
    summary: 'One agent: its card, how it is, and how it did',
    params: AGENT,
    answer: { description: 'The agent; its revision is the ETag', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'putAgent',
    method: 'PUT',
    path: '/v1/agents/{id}',
    summary: 'Register an agent, or replace its card',
    params: AGENT,
    headers: { 'if-match': 'The ETag of the card that may be replaced' },
    body: { schema: agentBody },
    answer: { description: 'The agent; 201 for a new one', schema: SHOWN },
    errors: ['model_not_found', 'precondition_failed'],
  },
  {
    ...BASE,
    id: 'deleteAgent',
    method: 'DELETE',
    path: '/v1/agents/{id}',
    summary: 'Remove an agent',
    params: AGENT,
    answer: { status: 204, description: 'It is removed' },
  },
  {
    ...BASE,
    id: 'drainAgent',
    method: 'POST',
    path: '/v1/agents/{id}/drain',
    summary: 'Give an agent no more tasks, until it is registered again',
    params: AGENT,
    answer: { description: 'The agent', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'heartbeatAgent',
    method: 'POST',
    path: '/v1/agents/{id}/heartbeat',
    summary: 'Say that an agent is there, and how it is; at most once a second',
    params: AGENT,
    body: { schema: heartbeatBody },
    answer: { description: 'The agent, with its new lease', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'addAgentOutcome',
    method: 'POST',
    path: '/v1/agents/{id}/outcomes',
    summary: 'Say what came of a task',
    params: AGENT,
    body: { schema: outcomeBody },
    answer: { description: 'The agent, and how it did so far', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'getGraph',
    method: 'GET',
    path: '/v1/graph',
    summary: 'Agents, and who handed work to whom',
    query: graphQuery,
    answer: {
      description: 'Nodes and edges; text where another format is asked for',
      schema: objectOf('graph', ['nodes', 'edges']),
      types: ['application/json', 'text/plain'],
    },
  },
]
