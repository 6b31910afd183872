import { env } from 'cloudflare:workers'
import { afterEach } from 'vitest'
import { AttemptObject } from '../../src/http/runs/attempt-object.ts'
import { type AttemptIo, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../src/runs/attempt.ts'
import { laneName, runName } from '../../src/runs/names.ts'
import type { RunObject } from '../../src/runs/run-object.ts'
import type { RunRequest } from '../../src/runs/run/state.ts'
import { validated } from '../unit/runs/validated.ts'

type Script = (order: AttemptOrder, io: AttemptIo) => AttemptOutcome | Promise<AttemptOutcome>

const performed = Object.getOwnPropertyDescriptor(AttemptObject.prototype, 'perform') ?? {}
afterEach(() => Object.defineProperty(AttemptObject.prototype, 'perform', performed))

/** Has lanes make attempts so, until the end of the test. @returns the orders they were given */
export function performing(script: Script): AttemptOrder[] {
  const orders: AttemptOrder[] = []
  const value = async (order: AttemptOrder, io: AttemptIo) => {
    orders.push(order)
    return script(order, io)
  }
  Object.defineProperty(AttemptObject.prototype, 'perform', { ...performed, value })
  return orders
}

export function gave(output: unknown, microUsd = 0): AttemptOutcome {
  return { kind: 'succeeded', output, cost: { ...NO_COST, microUsd } }
}

/** An attempt that goes on until it is taken back. */
export async function never(_order: AttemptOrder, { signal }: AttemptIo): Promise<AttemptOutcome> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  return gave('too late')
}

/** Waits within an attempt: what another object resolves must not be waited for there. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What a new tenant asks for. */
export function requestFor(plan: object, fields: Partial<RunRequest> = {}): RunRequest {
  const { plan: read, faults } = validated(plan)
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  const caller = {
    keyId: 'key_1',
    scopes: ['agents' as const],
    userId: null,
    allowedModels: null,
    limits: null,
  }
  return {
    id: `run_${crypto.randomUUID()}`,
    caller: { ...caller, tenantId: `ten_${crypto.randomUUID()}`, tenantLimits: null },
    region: 'local',
    origin: 'http://switchyard',
    goal: null,
    plan: read,
    budget: read.budget,
    input: null,
    agents: null,
    tools: [],
    callback: null,
    sessionId: null,
    forkOf: null,
    createdAt: Date.now(),
    ...fields,
  }
}

/** The runtime's own types of stubs lose values of any kind. */
type RunCalls = Pick<
  RunObject,
  'begin' | 'view' | 'viewAtEnd' | 'eventsAfter' | 'value' | 'tell' | 'tellAll' | 'kept' | 'fetch'
>

export const stubOf = ({ caller, id }: RunRequest) => env.RUNS.getByName(runName(caller.tenantId, id))
export const runOf = (request: RunRequest): RunCalls => stubOf(request)
export const laneOf = ({ caller, id }: RunRequest, lane: number) =>
  env.ATTEMPTS.getByName(laneName(caller.tenantId, id, lane))
