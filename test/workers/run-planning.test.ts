import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AttemptOrder, AttemptOutcome } from '../../src/runs/attempt.ts'
import { orderFor } from '../unit/runs/orders.ts'
import { allSent, performed } from './attempts.ts'
import { crewAt, MINI, sentIn } from './crew.ts'
import { mintKey } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const TEAMWORK = '调查新能源汽车市场，分析销售数据，然后撰写一份报告'
const TASKS = [
  {
    id: 'market',
    title: '市场',
    kind: 'agent',
    depends_on: [],
    needs: { skills: ['research'] },
    input: { instructions: '查' },
  },
  {
    id: 'report',
    title: '报告',
    kind: 'agent',
    depends_on: ['market'],
    needs: { skills: ['writing'] },
    input: { instructions: '写', market: { $ref: 'tasks.market.output' } },
  },
]
const CYCLE = [{ ...TASKS[0], depends_on: ['report'] }, { ...TASKS[1] }]

/** What becomes of an order to plan: by OpenAI's small model only. */
async function planned(goal: string | null, said: Partial<AttemptOrder> = {}) {
  const order = orderFor((await mintKey()).tenantId, { work: 'plan', task: '$plan', goal, ...said })
  return (await performed({ ...order, caller: { ...order.caller, allowedModels: [MINI] } })).outcome
}

function planOf(outcome: AttemptOutcome) {
  if (outcome.kind !== 'succeeded' || !outcome.plan || !outcome.note) throw new Error(JSON.stringify(outcome))
  const tasks = outcome.plan.tasks.map(({ id, work, dependsOn }) => [id, work.kind, ...dependsOn])
  return { ...outcome.note, tasks, cost: outcome.cost, plan: outcome.plan }
}

describe('perform, of planning', () => {
  it('asks a planner with who is there, in the goal’s language', async () => {
    const calls = crewAt(JSON.stringify({ tasks: TASKS }))
    const { source, topology, reason, tasks, cost, plan } = planOf(await planned(TEAMWORK))
    expect({ source, topology, tasks }).toEqual({
      source: 'planner',
      topology: 'dag',
      tasks: [
        ['market', 'agent'],
        ['report', 'agent', 'market'],
      ],
    })
    expect(plan.goal).toBe(TEAMWORK)
    expect(reason).toBe('it calls for researcher, data-engineer, writer')
    expect(cost).toMatchObject({ tokens: 1_200, model: MINI })
    expect(calls).toHaveLength(1)
    expect(allSent(calls)).toContain('- researcher (skills: research)')
    expect(allSent(calls)).toContain('标题和说明一律用中文写')
    expect(allSent(calls)).not.toContain('- planner (')
  })

  it('leaves a plain question to whoever fits, or to any model, and asks nobody', async () => {
    const calls = crewAt('?')
    const translation = planOf(await planned('Translate this to French: hello world'))
    expect(translation.tasks).toEqual([['answer', 'agent']])
    expect(translation.plan.tasks[0]?.needs.skills).toEqual(['writing'])
    expect(translation).toMatchObject({ source: 'single_task', topology: 'single', cost: { microUsd: 0 } })
    const question = planOf(await planned('What is the capital of France?', { input: { year: 1940 } }))
    expect(question.tasks).toEqual([['answer', 'model']])
    expect(question.plan.tasks[0]?.input).toEqual({ $ref: 'input' })
    expect(calls).toHaveLength(0)
  })

  it('plans with the agents that were named only', async () => {
    const calls = crewAt(JSON.stringify({ tasks: TASKS }))
    const one = planOf(await planned(TEAMWORK, { agents: ['coder'] }))
    expect(one.plan.tasks[0]?.assign.agent).toBe('coder')
    expect(calls).toHaveLength(0)
    const two = await planned('Find sources, write an article. Compare A, B and C.', {
      agents: ['writer', 'researcher'],
    })
    expect(planOf(two).source).toBe('planner')
    expect(allSent(calls)).not.toContain('- coder (')
  })

  it('tells a planner once what is wrong with its plan', async () => {
    const answers = [CYCLE, TASKS]
    const calls = crewAt(() => JSON.stringify({ tasks: answers.shift() }))
    const { source, cost } = planOf(await planned(TEAMWORK))
    expect({ source, tokens: cost.tokens }).toEqual({ source: 'planner', tokens: 2_400 })
    const repair = calls[1]
    expect(repair && sentIn(repair)).toContain('tasks[0].depends_on[0] (cycle)')
  })

  it.each([
    ['prose', 'First I would look at the market, then write.', 'wrote no plan'],
    ['a plan that goes in circles, twice', JSON.stringify({ tasks: CYCLE }), 'in a cycle'],
    ['a host that is down', { status: 400 }, 'the planner failed'],
  ])('makes one task of a goal for %s', async (_what, answer, why) => {
    const calls = crewAt(answer)
    const { source, topology, tasks, reason } = planOf(await planned(TEAMWORK))
    expect({ source, topology, tasks: tasks.length }).toEqual({
      source: 'single_task',
      topology: 'single',
      tasks: 1,
    })
    expect(reason).toContain(why)
    expect(calls.length).toBeLessThanOrEqual(4)
  })

  it.each([
    ['no money', { maxMicroUsd: 0 }],
    ['no tokens', { maxTokens: 100 }],
  ])('asks nobody where %s is left', async (_what, said) => {
    const calls = crewAt('?')
    const { source, reason } = planOf(await planned(TEAMWORK, said))
    expect(source).toBe('single_task')
    expect(reason).toContain('nothing is left to plan with')
    expect(calls).toHaveLength(0)
  })

  it('reads a plan with words around it', async () => {
    crewAt(`好的，计划如下：\n\`\`\`json\n${JSON.stringify({ plan: { tasks: TASKS } })}\n\`\`\``)
    expect(planOf(await planned(TEAMWORK)).source).toBe('planner')
  })

  it('has a task for a run without a goal', async () => {
    crewAt('?')
    expect(planOf(await planned(null)).tasks).toEqual([['answer', 'model']])
  })
})
