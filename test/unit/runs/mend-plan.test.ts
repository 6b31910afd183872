import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankCard } from '../../../src/agents/card.ts'
import { startFaults } from '../../../src/core/found-faults.ts'
import { checkPlanned, mendPlan } from '../../../src/runs/planning/mend-plan.ts'
import { ref, task, validated, wrongWith } from './validated.ts'

const skill = (id: string, ...tags: string[]) => ({ id, description: '', tags, examples: [], level: 1 })
const TEAM = {
  agents: [
    { ...blankCard('anna', 'model'), skills: [skill('research', '调查')] },
    { ...blankCard('ben', 'http'), skills: [skill('writing'), skill('review')], tools: ['print'] },
  ],
  tools: [
    { name: 'search', description: 'Looks things up', parameters: {}, sideEffect: 'none' as const },
    { name: 'pay', description: 'Pays', parameters: {}, sideEffect: 'once' as const },
  ],
}
const mended = (...tasks: unknown[]) => mendPlan({ tasks }, '目标', TEAM)
const tasksOf = (...tasks: unknown[]) => validated(mended(...tasks)).plan.tasks

describe('mendPlan', () => {
  it('leaves a good plan as it is', () => {
    const good = [
      {
        ...task('a'),
        title: '查资料',
        kind: 'agent',
        needs: { skills: ['调查'], tools: [] },
        input: { instructions: '查' },
      },
      {
        ...task('b', ['a']),
        kind: 'agent',
        needs: { skills: [], tools: [] },
        assign: { agent: 'ben' },
        input: { instructions: '写', a: ref('tasks.a.output') },
      },
    ]
    expect(mended(...good)).toEqual({ goal: '目标', tasks: good })
    expect(wrongWith(mended(...good))).toEqual([])
  })

  it('drops agents, skills, tools and fields that are not there, and lets any model do what is nobody else’s', () => {
    const [a, b, c, d] = tasksOf(
      { ...task('a'), kind: 'agent', needs: { skills: ['magic', 'research'] }, assign: { agent: 'nobody' } },
      { ...task('b'), kind: 'agent', assign: { agent: 'nobody' }, deadline: 'tomorrow' },
      { ...task('c'), kind: 'tool', needs: { tools: ['teleport'] } },
      { ...task('d'), kind: 'agent', needs: { skills: ['research', 'writing', 'review'] } },
    )
    expect(a).toMatchObject({
      work: { kind: 'agent' },
      needs: { skills: ['research'] },
      assign: { agent: null },
    })
    expect([b?.work.kind, c?.work.kind]).toEqual(['model', 'model'])
    // Nobody has both: the first counts.
    expect(d?.needs.skills).toEqual(['research'])
  })

  it('keeps tools that the caller or an agent has', () => {
    const calls = ['search', 'print'].map((name) => ({
      ...task(name),
      kind: 'tool',
      needs: { tools: [name] },
    }))
    expect(tasksOf(...calls).map(({ work, needs }) => [work.kind, needs.tools])).toEqual([
      ['tool', ['search']],
      ['tool', ['print']],
    ])
  })

  it('never has a tool called twice whose effect must happen once', () => {
    const [pay, search] = tasksOf(
      ...['pay', 'search'].map((name) => ({ ...task(name), kind: 'tool', needs: { tools: [name] } })),
    )
    expect([pay?.sideEffect, pay?.onTimeout, search?.sideEffect]).toEqual(['once', 'fail', 'none'])
  })

  it('depends on what is referred to, and refers to what is depended on', () => {
    const [, b, c] = tasksOf(
      task('a'),
      task('b', [], { input: { instructions: 'x', text: ref('tasks.a.output') } }),
      task('c', ['a', 'b'], { input: 'Join them', instructions: 'ignored' }),
    )
    expect(b?.dependsOn).toEqual(['a'])
    expect(c?.input).toEqual({
      instructions: 'Join them',
      a: ref('tasks.a.output'),
      b: ref('tasks.b.output'),
    })
  })

  it('takes instructions from beside the input, and plans within a plan', () => {
    const plan = mendPlan({ plan: { tasks: [task('a', [], { description: 'Do it' })] } }, null, TEAM)
    expect(validated(plan).plan.tasks[0]?.input).toEqual({ instructions: 'Do it' })
  })

  it.each([undefined, null, 'a plan', {}, { tasks: [] }, { tasks: 'a' }, []])(
    'sees no plan in %o',
    (written) => {
      expect(mendPlan(written, '', TEAM)).toBeNull()
    },
  )

  it('leaves cycles and unknown tasks to be told', () => {
    expect(wrongWith(mended(task('a', ['b']), task('b', ['a']), task('c', ['x'])))).toEqual(
      expect.arrayContaining(['tasks[0].depends_on[0] cycle', 'tasks[2].depends_on[0] unknown_task']),
    )
  })

  it('never throws, whatever a model writes, and its work can be checked', () => {
    const words = fc.constantFrom('a', 'b', 'agent', 'tool', 'research', 'anna', 'tasks.a.output')
    const keys = fc.constantFrom(
      'id',
      'kind',
      'tasks',
      'depends_on',
      'needs',
      'skills',
      'assign',
      'agent',
      'input',
      '$ref',
    )
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ maxDepth: 5 }, words, fc.integer(), fc.constant(null), tie('list'), tie('record')),
      list: fc.array(tie('json'), { maxLength: 4 }),
      record: fc.dictionary(keys, tie('json'), { maxKeys: 6 }),
    }))
    fc.assert(
      fc.property(fc.oneof(json, fc.record({ tasks: fc.array(json, { maxLength: 4 }) })), (written) => {
        const plan = mendPlan(written, 'goal', TEAM)
        if (plan) validated(plan)
      }),
    )
  })
})

describe('checkPlanned', () => {
  it('tells of what planners must not do', () => {
    const many = Array.from({ length: 13 }, (_, at) => task(`t${at}`))
    const gate = { ...task('g'), kind: 'gate', gate: { message: 'Ok?' } }
    const found = startFaults(10)
    checkPlanned(validated({ tasks: [...many, gate] }).plan, found)
    expect(found.faults.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'tasks too_many_tasks',
      'tasks[13].kind invalid_value',
    ])
  })
})
