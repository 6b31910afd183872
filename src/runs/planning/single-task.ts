import { PLAN_DEFAULTS, RETRY_REASONS, type Plan } from '../../core/plan.ts'

/** Who does the one task: agents of a skill, one agent, or, where both are null, any model. */
export type Doer = { skill: string | null; agent: string | null }

/** A goal as one task. @param hasInput whether the run was given anything beside its goal */
export function singleTaskPlan(goal: string | null, { skill, agent }: Doer, hasInput: boolean): Plan {
  const { deadlineMs, retries, backoff, queueMs, attemptMs, heartbeatMs } = PLAN_DEFAULTS
  return {
    goal,
    budget: { microUsd: null, tokens: null, deadlineMs, maxAttempts: null },
    tasks: [
      {
        id: 'answer',
        title: null,
        dependsOn: [],
        when: null,
        work: { kind: skill === null && agent === null ? 'model' : 'agent' },
        needs: { skills: skill === null ? [] : [skill], modalities: [], tools: [], minContext: 0 },
        input: hasInput ? { $ref: 'input' } : null,
        outputSchema: null,
        retry: { max: retries, backoff, on: RETRY_REASONS },
        timeout: { queueMs, attemptMs, totalMs: null, heartbeatMs },
        onTimeout: 'migrate',
        onError: 'migrate',
        assign: { agent, pool: null, priority: 0 },
        verify: null,
        sideEffect: 'none',
        context: 'isolated',
      },
    ],
    outputs: null,
    aggregate: null,
  }
}
