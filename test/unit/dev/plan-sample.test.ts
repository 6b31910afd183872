import { describe, expect, it } from 'vitest'
import { STARTERS } from '../../../src/agents/starter-team.ts'
import { composeAnswer } from '../../../src/dev/hosts/answer.ts'
import type { Question, SimulatedModel } from '../../../src/dev/hosts/question.ts'
import { mendPlan } from '../../../src/runs/planning/mend-plan.ts'
import { PLAN_FORMAT, planMessages } from '../../../src/runs/planning/plan-prompt.ts'
import { validated } from '../runs/validated.ts'

const model: SimulatedModel = { host: 'h', hostModelId: 'm1', ability: 1, ttftMs: 0, tokensPerSecond: 1 }
const TEAM = { agents: [...STARTERS.values()].map(({ card }) => card), tools: [] }

/** What a simulated model answers to our own planner's prompt. */
function planned(goal: string, changes: Partial<Question> = {}) {
  const messages = planMessages({ goal, input: null, language: 'en', persona: 'You are careful.' }, TEAM)
  const turns = messages.flatMap(({ role, content }) =>
    role === 'system' || role === 'user'
      ? { role, text: content.map((part) => (part.type === 'text' ? part.text : '')).join('') }
      : [],
  )
  const question: Question = {
    modelId: 'm1',
    turns,
    tools: [],
    toolChoice: 'auto',
    parallelTools: true,
    stop: [],
    choices: 1,
    output: { ...PLAN_FORMAT, schema: { ...PLAN_FORMAT.schema } },
    maxOutputTokens: null,
    effort: null,
    showsReasoning: false,
    caching: 'automatic',
    stream: false,
    ...changes,
  }
  return composeAnswer(question, model, { readTokens: 0, writtenTokens: 0 })
}

function shapeOf(text: string) {
  const { plan, faults } = validated(mendPlan(JSON.parse(text), null, TEAM))
  expect(faults).toEqual([])
  return plan.tasks.map(({ id, dependsOn, needs, work }) => [
    id,
    needs.skills[0] ?? work.kind,
    dependsOn.join(' '),
  ])
}

describe('composeAnswer, of a planner’s question', () => {
  it.each([
    [
      'Research the market for e-bikes, analyse the sales data, then write a report',
      [
        ['part_1', 'research', ''],
        ['part_2', 'data', ''],
        ['part_3', 'writing', 'part_1 part_2'],
        ['answer', 'writing', 'part_1 part_2 part_3'],
      ],
    ],
    [
      '调查新能源汽车市场，然后分析销售数据，最后审查结论',
      [
        ['part_1', 'research', ''],
        ['part_2', 'data', 'part_1'],
        ['part_3', 'review', 'part_1 part_2'],
        ['answer', 'writing', 'part_1 part_2 part_3'],
      ],
    ],
    [
      'Compare these two:\n- Pie\n- Cake',
      [
        ['part_1', 'research', ''],
        ['part_2', 'research', ''],
        ['answer', 'writing', 'part_1 part_2'],
      ],
    ],
  ])('is a plan that can be carried out: %s', (goal, shape) => {
    expect(shapeOf(planned(goal).text)).toEqual(shape)
  })

  it('is the same through a tool that stands for structured output', () => {
    const tool = { name: 'json_answer', parameters: { ...PLAN_FORMAT.schema } }
    const { toolCalls } = planned('比较上海、北京的房价，并写一份报告', {
      tools: [tool],
      toolChoice: { name: 'json_answer' },
      output: { type: 'text' },
    })
    expect(shapeOf(toolCalls[0]?.argumentsJson ?? '').at(-1)?.[0]).toBe('answer')
  })
})
