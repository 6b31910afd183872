import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../../src/runs/plan/figures.ts'
import { ref, task, validated, wrongWith } from './validated.ts'

/** Tasks of which each may depend on earlier ones, told in any order. */
const dag = fc
  .array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: 2, maxLength: 12 })
  .chain((wishes) => {
    const edges = wishes.map((wished, index) => [...new Set(wished.filter((each) => each < index))])
    const order = fc.shuffledSubarray([...edges.keys()], { minLength: edges.length })
    return fc.record({ edges: fc.constant(edges), order })
  })

type Dag = { edges: number[][]; order: number[] }

const tasksOf = ({ edges, order }: Dag, inputs: readonly unknown[] = []) =>
  order.map((index) =>
    task(
      `t${index}`,
      (edges[index] ?? []).map((each) => `t${each}`),
      { input: inputs[index] ?? null },
    ),
  )

/** What each task comes after, told naively. */
function ancestorsIn(edges: number[][]): Set<number>[] {
  const all: Set<number>[] = []
  for (const before of edges) all.push(new Set(before.flatMap((each) => [each, ...(all[each] ?? [])])))
  return all
}

describe('random plans', () => {
  it('without a cycle are valid, whatever the order of their tasks', () => {
    fc.assert(
      fc.property(dag, (made) => {
        expect(wrongWith({ tasks: tasksOf(made) })).toEqual([])
      }),
    )
  })

  it('let tasks take outputs of their ancestors, and of no others', () => {
    fc.assert(
      fc.property(dag, fc.nat(), fc.nat(), (made, one, other) => {
        const { edges, order } = made
        const [reader, read] = [one % edges.length, other % edges.length]
        const inputs = edges.map((_, index) => (index === reader ? ref(`tasks.t${read}.output`) : null))
        const isAncestor = ancestorsIn(edges)[reader]?.has(read)
        const wrong = `tasks[${order.indexOf(reader)}].input unreachable_ref`
        expect(wrongWith({ tasks: tasksOf(made, inputs) })).toEqual(isAncestor ? [] : [wrong])
      }),
    )
  })

  it('with an edge back have one cycle, which is named with that edge', () => {
    fc.assert(
      fc.property(dag, fc.nat(), fc.nat(), (made, one, other) => {
        const { edges } = made
        const ancestors = ancestorsIn(edges)
        const last = one % edges.length
        const above = [last, ...(ancestors[last] ?? [])]
        const first = above[other % above.length] ?? last
        const turned = edges.map((before, index) => (index === first ? [...before, last] : before))
        const [fault, ...more] = validated({ tasks: tasksOf({ ...made, edges: turned }) }).faults
        expect([fault?.code, more]).toEqual(['cycle', []])
        expect(`${fault?.message} `).toContain(` t${first} → t${last} `)
      }),
    )
  })

  it('are as deep as their longest chain, which is the critical path where all take equally long', () => {
    fc.assert(
      fc.property(dag, (made) => {
        const depths: number[] = []
        for (const before of made.edges)
          depths.push(1 + Math.max(0, ...before.map((each) => depths[each] ?? 0)))
        const { depth, width, criticalPath, tasks } = figuresOf(validated({ tasks: tasksOf(made) }).plan)
        const onLevel = (level: number) => depths.filter((each) => each === level).length
        expect(depth).toBe(Math.max(...depths))
        expect(criticalPath).toHaveLength(depth)
        expect(criticalPath.map((id) => depths[Number(id.slice(1))])).toEqual(
          depths.slice(0, depth).map((_, at) => at + 1),
        )
        expect(width).toBe(Math.max(...depths.map(onLevel)))
        expect(tasks).toBe(made.edges.length)
      }),
    )
  })
})

describe('any JSON', () => {
  const json = fc.jsonValue({ maxDepth: 5 })
  const path = fc.constantFrom(
    'tasks.a.output',
    'tasks.b.output[*].x',
    'item',
    '',
    'tasks["__proto__"].output',
  )
  const value = fc.oneof(
    json,
    fc.record({ $ref: fc.oneof(path, json) }),
    fc.constantFrom('a', 'b', 1, 1e99, null),
  )
  const names = [
    'id',
    'kind',
    'depends_on',
    'when',
    'input',
    'output_schema',
    'retry',
    'timeout',
    'assign',
    '__proto__',
  ]
  const kinds = ['map', 'gate', 'wait', 'judge', 'tool', 'model', 'subplan']
  const { node } = fc.letrec((tie) => ({
    node: fc.record(
      {
        ...Object.fromEntries(names.map((name) => [name, value])),
        id: fc.constantFrom('a', 'b', 'c', 1),
        kind: fc.constantFrom(...kinds),
        depends_on: fc.oneof(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), json),
        when: fc.oneof(path, json),
        map: fc.record({
          over: value,
          max: value,
          task: fc.oneof({ depthSize: 'small' }, json, tie('node')),
        }),
        plan: fc.record({ tasks: fc.array(tie('node'), { maxLength: 3 }), outputs: value, budget: value }),
      },
      { requiredKeys: ['id', 'kind'] },
    ),
  }))

  it('is read without a throw, and what is wrong has a path, a code and words', () => {
    const document = fc.oneof(json, fc.record({ tasks: fc.oneof(json, fc.array(node, { maxLength: 5 })) }))
    fc.assert(
      fc.property(document, (made) => {
        // As it comes in: with fields of any name.
        const { plan, faults } = validated(JSON.parse(JSON.stringify(made)))
        for (const { code, message } of faults)
          expect([/^[a-z_]+$/.test(code), message.length > 0]).toEqual([true, true])
        if (faults.length === 0) expect(figuresOf(plan).tasks).toBeGreaterThan(0)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the greatest plans', () => {
  /** Generous: the least of them takes some 100 ms. */
  const MAX_MS = 4_000
  const timed = (document: unknown) => {
    const begun = performance.now()
    const { faults } = validated(document)
    expect(performance.now() - begun).toBeLessThan(MAX_MS)
    return faults.map(({ code }) => code)
  }
  const ids = Array.from({ length: 1_000 }, (_, index) => `t${index}`)
  const schema = {
    anyOf: Array.from({ length: 100 }, () => ({ anyOf: Array.from({ length: 100 }, () => ({ $ref: '#' })) })),
  }

  it('are read in time, with every dependency and reference there may be', () => {
    const tasks = ids.map((id, index) =>
      task(id, ids.slice(0, index), {
        input: ids.slice(Math.max(0, index - 10), index).map((other) => ref(`tasks.${other}.output.a[0].b`)),
        output_schema: schema,
      }),
    )
    expect(timed({ tasks })).toEqual([])
    expect(timed({ tasks: [...tasks.slice(1), task('t0', ['t999'])] })).toContain('cycle')
  })

  it('are read in time where they are hostile', () => {
    const length = 1_000_000
    const ones = Array.from({ length }, () => 1)
    const hostile = [
      { tasks: ones },
      {
        tasks: [
          task('a', [], {
            depends_on: ones,
            context: ones,
          }),
        ],
      },
      { tasks: [task('a', [], { output_schema: { allOf: Array.from({ length }, () => true) } })] },
      { tasks: [Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`field${index}`, 1]))] },
      { tasks: [task('a', [], { input: Array.from({ length }, () => ref('tasks.b.output')) })] },
      { tasks: [task('a', [], { when: '('.repeat(length) })] },
      { tasks: [task('a', [], { retry: { on: ones }, needs: { modalities: ones, skills: ones } })] },
    ]
    for (const document of hostile) expect(timed(document).length).toBeLessThanOrEqual(100)
  })
})
