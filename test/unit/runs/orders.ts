import type { AttemptOrder } from '../../../src/runs/attempt.ts'

/** What runs are called in tests. */
export const RUN_ID = 'run_01jd0000000000000000000000'

/** An order for a key's tenant to do what it says. */
export function orderFor(tenantId: string, said: Partial<AttemptOrder> = {}): AttemptOrder {
  return {
    runId: RUN_ID,
    caller: {
      tenantId,
      keyId: 'key_x',
      scopes: ['agents'],
      userId: null,
      allowedModels: null,
      limits: null,
      tenantLimits: null,
    },
    region: 'local',
    origin: 'https://switchyard.example.com',
    task: 'a',
    token: 7,
    number: 1,
    work: 'model',
    title: null,
    goal: null,
    input: null,
    context: [],
    needs: { skills: [], modalities: [], tools: [], minContext: 0 },
    outputSchema: null,
    verify: null,
    aggregate: null,
    agent: null,
    agents: null,
    tools: [],
    supplied: null,
    carryOver: null,
    idempotencyKey: null,
    maxMicroUsd: null,
    maxTokens: null,
    deadline: Date.now() + 60_000,
    heartbeatMs: 60_000,
    sessionId: null,
    ...said,
  }
}
