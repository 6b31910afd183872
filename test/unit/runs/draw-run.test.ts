import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawRun, runGraphJson } from '../../../src/runs/picture/draw-run.ts'
import type { RunState } from '../../../src/runs/run/state.ts'
import { attempt, past, runState, taskState } from './run-states.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task } from './validated.ts'

const HOSTILE = '"]:::failed; click n0 "javascript:alert(1)"\n%% <script>\\" -> n9 [label="x'
const LABEL = String.raw`"(?:[\p{L}\p{N}\p{M} .,×%-]|#\d+;|<br\/>)*"`
const MERMAID = new RegExp(
  String.raw`^ +(?:classDef [a-z]+ fill:#[0-9a-f]{6},color:#[0-9a-f]{6}|(?<node>n\d+)\[${LABEL}\]:::[a-z]+` +
    String.raw`|(?<open>subgraph) c(?<box>n\d+)\[${LABEL}\]|(?<close>end)|(?<from>n\d+) --> (?<to>n\d+))$`,
  'u',
)
const STRING = String.raw`"(?:[^"\\]|\\.)*"`
const DOT = new RegExp(
  String.raw`^ +(?:node \[shape=box, style=${STRING}\];|n\d+ \[label=${STRING}, fillcolor="#[0-9a-f]{6}"\];` +
    String.raw`|(?<open>subgraph) cluster_cn\d+ \{ label=${STRING};|(?<close>\})|n\d+ -> n\d+;)$`,
  'u',
)

/** What is wrong with a Mermaid picture: lines of another form, edges to nobody, boxes that are not closed. */
function faultsInMermaid(picture: string): string[] {
  const [head, ...lines] = picture.split('\n')
  const names = new Set<string | undefined>()
  const faults = head === 'graph TD' ? [] : ['head']
  let open = 0
  for (const line of lines) {
    const found = MERMAID.exec(line)?.groups
    if (!found) faults.push(line)
    else if (found['open'] !== undefined) open += 1
    else if (found['close'] !== undefined) open -= 1
    else if (found['node'] !== undefined) names.add(found['node'])
    else if (found['from'] !== undefined && !(names.has(found['from']) && names.has(found['to'])))
      faults.push(line)
    if (open < 0) faults.push('closed too often')
  }
  return open === 0 ? faults : [...faults, 'not closed']
}

const TEAMWORK = {
  tasks: [
    task('find', [], { title: '調查三家公司' }),
    task('each', ['find'], {
      kind: 'map',
      map: { over: { $ref: 'tasks.find.output' }, task: { kind: 'model' } },
    }),
    task('part', ['find'], { kind: 'subplan', plan: { tasks: [task('x'), task('y', ['x'])] } }),
    task('end', ['each', 'part'], { title: 'Write it up' }),
  ],
}

const map = (id: string, over: string) => ({
  ...task(id),
  kind: 'map',
  map: { over: ref(over), task: { kind: 'model' } },
})

/** As nodes stand. */
function inOrderOf(nodes: readonly { key: string }[]) {
  const places = new Map(nodes.map(({ key }, at) => [key, at]))
  return (a: string, b: string) => (places.get(a) ?? 0) - (places.get(b) ?? 0)
}

function teamwork(items: number): RunState {
  const done = { status: 'succeeded' as const, startedAt: 1_000, endedAt: 2_500 }
  return runState(TEAMWORK, [
    taskState('$plan', done),
    taskState('find', {
      ...done,
      past: [past(1), past(2, { agent: 'researcher', model: 'openai/gpt-5.1', end: 'succeeded' })],
      spent: { microUsd: 1_200, tokens: 30, attempts: 2 },
    }),
    taskState('each', { status: 'running', waitingFor: 'children', items }),
    ...Array.from({ length: items }, (_, at) => taskState(`each[${at}]`, at % 2 ? done : {})),
    taskState('part', { status: 'running', waitingFor: 'children' }),
    taskState('part/x', { status: 'running', attempt: attempt(1, 'coder') }),
    taskState('part/y', { status: 'waiting', waitingFor: 'approval' }),
  ])
}

describe('drawRun', () => {
  it('shows tasks with who does them and how they go, subplans and maps as boxes', () => {
    const mermaid = drawRun(teamwork(2), 'mermaid')
    expect(faultsInMermaid(mermaid)).toEqual([])
    expect(mermaid).toContain(
      '  n1["調查三家公司<br/>researcher, openai#47;gpt-5.1<br/>succeeded, 1 migration, 1.5 s, #36;0.0012"]:::succeeded\n',
    )
    expect(mermaid).toContain('  subgraph cn5["part"]\n    n5["part<br/>subplan<br/>running"]:::running\n')
    expect(mermaid).toContain('    n6["part#47;x<br/>coder<br/>running"]:::running\n')
    expect(mermaid).toContain('waiting for approval')
    expect(mermaid).toContain('items#58; 1 pending, 1 succeeded')
    for (const edge of ['n0 --> n1', 'n1 --> n2', 'n1 --> n5', 'n6 --> n7', 'n2 --> n8', 'n5 --> n8']) {
      expect(mermaid).toContain(`  ${edge}`)
    }
    expect(drawRun(teamwork(2), 'dot')).toContain('  subgraph cluster_cn5 { label="part";')
  })

  it('shows a long map as one node with how many of its items are where', () => {
    const mermaid = drawRun(teamwork(1_000), 'mermaid')
    expect(mermaid).toContain('items#58; 500 pending, 500 succeeded')
    expect(mermaid.split('\n').length).toBeLessThan(30)
  })

  it('draws a run at every step, in one piece', () => {
    const inner = { tasks: [task('x'), task('y'), map('z', 'input')], aggregate: 'reduce' }
    const sub = { ...task('s'), kind: 'subplan', input: ref('input'), plan: inner }
    const run = new SimulatedRun(requestFor({ tasks: [sub, task('b', ['s'])] }, { input: [1, 2] }))
    const seen = new Set<string>()
    for (const key of ['s/x', 's/z[0]', 's/y', 's/z[1]', 's/$aggregate', 'b']) {
      const picture = drawRun(run.state, 'mermaid')
      expect(faultsInMermaid(picture)).toEqual([])
      seen.add(picture)
      run.give(key, { output: key })
    }
    expect([run.state.status, seen.size]).toEqual(['succeeded', 6])
    const { nodes, edges } = runGraphJson(run.state)
    expect(nodes.map(({ key }) => key)).toEqual([...run.state.tasks.keys()].toSorted(inOrderOf(nodes)))
    expect(edges.filter(({ to }) => to === 's/$aggregate').map(({ from }) => from)).toEqual([
      's/x',
      's/y',
      's/z',
    ])
  })

  it('draws a run that has no plan yet', () => {
    const planning = runState(null, [taskState('$plan', { status: 'running' })])
    expect(drawRun(planning, 'mermaid')).toContain('  n0["#36;plan<br/>plan<br/>running"]:::running')
    expect(faultsInMermaid(drawRun(runState(null), 'mermaid'))).toEqual([])
  })

  it('lets no title out of its label, and cuts long ones', () => {
    const title = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.constant(HOSTILE))
    fc.assert(
      fc.property(title, (said) => {
        const inner = { tasks: [task('x', [], { title: said })] }
        const tasks = [
          task('a', [], { title: said }),
          task('b', ['a'], { title: said, kind: 'subplan', plan: inner }),
        ]
        const state = runState({ tasks })
        expect(faultsInMermaid(drawRun(state, 'mermaid'))).toEqual([])
        const [head, ...lines] = drawRun(state, 'dot').split('\n')
        expect(head).toBe('digraph run {')
        expect(lines.pop()).toBe('}')
        expect(lines.filter((line) => !DOT.test(line))).toEqual([])
        expect(lines.length).toBe(7)
      }),
    )
    const long = runState({ tasks: [task('a', [], { title: '长'.repeat(200) })] })
    expect(drawRun(long, 'mermaid')).toContain(`"${'长'.repeat(59)}#8230;<br/>`)
  })
})

describe('runGraphJson', () => {
  it('tells of every task what it took', () => {
    const { nodes, edges } = runGraphJson(teamwork(2))
    expect(nodes.map(({ key, parent }) => [key, parent])).toEqual([
      ['$plan', null],
      ['find', null],
      ['each', null],
      ['each[0]', 'each'],
      ['each[1]', 'each'],
      ['part', null],
      ['part/x', 'part'],
      ['part/y', 'part'],
      ['end', null],
    ])
    expect(nodes[1]).toEqual({
      key: 'find',
      parent: null,
      title: '調查三家公司',
      kind: 'model',
      status: 'succeeded',
      waiting_for: null,
      agent: 'researcher',
      model: 'openai/gpt-5.1',
      cost_usd: 0.0012,
      tokens: 30,
      attempts: 2,
      retries: 0,
      migrations: 1,
      duration_ms: 1_500,
      failure: null,
      items: null,
    })
    expect(edges).toContainEqual({ from: 'part/x', to: 'part/y' })
  })

  it('counts another try by the same agent as a retry', () => {
    const tries = [past(1), past(2, { agent: null }), past(3), past(4, { agent: 'coder' })]
    const [node] = runGraphJson(runState({ tasks: [task('a')] }, [taskState('a', { past: tries })])).nodes
    expect(node).toMatchObject({ attempts: 4, retries: 2, migrations: 1, agent: 'coder' })
  })
})
