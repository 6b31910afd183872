import { graphQuery } from '../agent-body.ts'
import {
  approveBody,
  cancelBody,
  eventsQuery,
  inputBody,
  rejectBody,
  runBody,
  runsQuery,
} from '../runs/run-body.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

const RUN = { id: { kind: 'run', description: 'Id of a run' } } as const
const TASK = { ...RUN, task: { kind: 'task', description: 'Id of a task: `a`, `a[3]`, `s/x`' } } as const
const SHOWN = objectOf('run', ['id', 'status', 'partial', 'output', 'usage', 'tasks'])
const BASE = { access: 'agents', tag: 'Runs' } as const
const STEERED = { ...BASE, method: 'POST', answer: { description: 'The run', schema: SHOWN } } as const
const ONCE = { 'idempotency-key': 'A name of this run of the caller’s own: it is begun once' }

/** Goals and plans that agents carry out. */
export const RUNS: readonly Operation[] = [
  {
    ...BASE,
    id: 'createRun',
    method: 'POST',
    path: '/v1/runs',
    summary: 'Begin a run of a goal or a plan, or go on from one that has ended',
    headers: ONCE,
    body: { schema: runBody },
    answer: {
      status: 202,
      description: 'The run; 200 where it has ended within `wait_ms`',
      schema: SHOWN,
    },
    errors: ['not_found', 'idempotency_conflict', 'run_not_ended'],
  },
  {
    ...BASE,
    id: 'listRuns',
    method: 'GET',
    path: '/v1/runs',
    summary: 'Runs, the latest first',
    query: runsQuery,
    answer: {
      description: 'A page; the id of the last one is the next page’s `before`',
      schema: listOf(['has_more']),
    },
  },
  {
    ...BASE,
    id: 'getRun',
    method: 'GET',
    path: '/v1/runs/{id}',
    summary: 'One run: how far it is, what it gave, and what it took',
    params: RUN,
    answer: { description: 'The run', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'listRunEvents',
    method: 'GET',
    path: '/v1/runs/{id}/events',
    summary: 'The log of a run as it is written, until its end',
    params: RUN,
    query: eventsQuery,
    headers: { 'last-event-id': 'The last event that is known: those after it come' },
    answer: {
      description: 'Server-sent events; a WebSocket where one is asked for; a page as JSON with stream=false',
      schema: listOf(['next_after', 'ended']),
      types: ['text/event-stream', 'application/json'],
    },
  },
  {
    ...BASE,
    id: 'getRunGraph',
    method: 'GET',
    path: '/v1/runs/{id}/graph',
    summary: 'The tasks of a run, and what they wait for',
    params: RUN,
    query: graphQuery,
    answer: {
      description: 'Nodes and edges; text where another format is asked for',
      schema: objectOf('run.graph', ['nodes', 'edges']),
      types: ['application/json', 'text/plain'],
    },
  },
  {
    ...BASE,
    id: 'getRunArtifact',
    method: 'GET',
    path: '/v1/runs/{id}/artifacts/{name}',
    summary: 'What one task gave',
    params: { ...RUN, name: { kind: 'artifact', description: 'Id of a task' } },
    answer: {
      description: 'Text where it is one, else JSON',
      schema: {},
      types: ['application/json', 'text/plain'],
    },
  },
  {
    ...STEERED,
    id: 'cancelRun',
    path: '/v1/runs/{id}/cancel',
    summary: 'End a run; what is there so far stays',
    params: RUN,
    body: { schema: cancelBody, optional: true },
    errors: ['run_ended'],
  },
  {
    ...STEERED,
    id: 'pauseRun',
    path: '/v1/runs/{id}/pause',
    summary: 'Begin nothing new in a run; its deadline stays',
    params: RUN,
    errors: ['run_ended'],
  },
  {
    ...STEERED,
    id: 'resumeRun',
    path: '/v1/runs/{id}/resume',
    summary: 'Go on with a paused run',
    params: RUN,
    errors: ['run_ended', 'not_paused'],
  },
  {
    ...STEERED,
    id: 'approveTask',
    path: '/v1/runs/{id}/tasks/{task}/approve',
    summary: 'Open a gate, or say what a task that needs review has given',
    params: TASK,
    body: { schema: approveBody, optional: true },
    errors: ['run_ended', 'not_waiting'],
  },
  {
    ...STEERED,
    id: 'rejectTask',
    path: '/v1/runs/{id}/tasks/{task}/reject',
    summary: 'Close a gate, or fail a task that needs review',
    params: TASK,
    body: { schema: rejectBody, optional: true },
    errors: ['run_ended', 'not_waiting'],
  },
  {
    ...STEERED,
    id: 'provideTaskInput',
    path: '/v1/runs/{id}/tasks/{task}/input',
    summary: 'Tell a task what it asked for, such as results of the caller’s tools',
    params: TASK,
    body: { schema: inputBody },
    errors: ['run_ended', 'not_waiting'],
  },
  {
    ...STEERED,
    id: 'retryTask',
    path: '/v1/runs/{id}/tasks/{task}/retry',
    summary: 'Do a task and all after it anew: in the run, or in a new one where that has ended',
    params: TASK,
    headers: ONCE,
    answer: { description: 'The run; 202 with the new one', schema: SHOWN },
    errors: ['not_retryable', 'idempotency_conflict'],
  },
]
