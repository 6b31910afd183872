import { inDot, inMermaid } from '../../agents/draw.ts'
import { type RunState, TASK_STATUSES, type TaskStatus } from '../run/state.ts'
import { graphOfRun, type RunGraph, type RunGraphNode } from './run-graph.ts'

/** A run as JSON: its tasks and what they wait for. */
export function runGraphJson(state: RunState) {
  const { nodes, edges } = graphOfRun(state)
  return {
    object: 'run.graph',
    run: state.request.id,
    status: state.status,
    nodes: nodes.map(({ waitingFor, costUsd, durationMs, ...same }) => ({
      ...same,
      waiting_for: waitingFor,
      cost_usd: costUsd,
      duration_ms: durationMs,
    })),
    edges,
  }
}

/** A run as a picture in text, for people: always the same for the same state. Subplans and maps are boxes. */
export function drawRun(state: RunState, format: 'mermaid' | 'dot'): string {
  const graph = graphOfRun(state)
  const language = LANGUAGES[format]
  const names = new Map(graph.nodes.map(({ key }, at) => [key, `n${at}`]))
  const within = Map.groupBy(graph.nodes, ({ parent }) => parent)
  const draw = (node: RunGraphNode, indent: string): string[] => {
    const name = names.get(node.key) ?? ''
    const own = language.node(name, labelOf(node), node.status)
    const inner = within.get(node.key)
    if (!inner) return [indent + own]
    const lines = inner.flatMap((each) => draw(each, `${indent}  `))
    const box = language.box(`c${name}`, titleOf(node))
    return [indent + box, `${indent}  ${own}`, ...lines, indent + language.boxEnd]
  }
  const nodes = (within.get(null) ?? []).flatMap((node) => draw(node, '  '))
  return [...language.head(graph), ...nodes, ...edgesIn(graph, names, language), ...language.end].join('\n')
}

type Language = {
  head: (graph: RunGraph) => readonly string[]
  node: (name: string, lines: readonly string[], status: TaskStatus) => string
  box: (name: string, title: string) => string
  boxEnd: string
  edge: (from: string, to: string) => string
  end: readonly string[]
}

/** The colours of boxes: what goes well, what waits, what went wrong, what was left out. */
const COLOURS: Readonly<Record<TaskStatus, string>> = {
  pending: '#f6f8fa',
  queued: '#eaeef2',
  running: '#ddf4ff',
  waiting: '#fff8c5',
  retrying: '#ffd8a8',
  succeeded: '#dafbe1',
  failed: '#ffcecb',
  skipped: '#eeeeee',
  blocked: '#ffe2d9',
  cancelled: '#d0d7de',
}

const LANGUAGES: Readonly<Record<'mermaid' | 'dot', Language>> = {
  mermaid: {
    head: ({ nodes }) => [
      'graph TD',
      ...TASK_STATUSES.filter((status) => nodes.some((node) => node.status === status)).map(
        (status) => `  classDef ${status} fill:${COLOURS[status]},color:#1f2328`,
      ),
    ],
    node: (name, lines, status) => `${name}["${lines.map(inMermaid).join('<br/>')}"]:::${status}`,
    box: (name, title) => `subgraph ${name}["${inMermaid(title)}"]`,
    boxEnd: 'end',
    edge: (from, to) => `  ${from} --> ${to}`,
    end: [],
  },
  dot: {
    head: () => ['digraph run {', '  node [shape=box, style="rounded,filled"];'],
    node: (name, lines, status) =>
      `${name} [label="${lines.map(inDot).join(String.raw`\n`)}", fillcolor="${COLOURS[status]}"];`,
    box: (name, title) => `subgraph cluster_${name} { label="${inDot(title)}";`,
    boxEnd: '}',
    edge: (from, to) => `  ${from} -> ${to};`,
    end: ['}'],
  },
}

function edgesIn({ edges }: RunGraph, names: ReadonlyMap<string, string>, { edge }: Language): string[] {
  return edges.flatMap(({ from, to }) => {
    const [start, target] = [names.get(from), names.get(to)]
    return start === undefined || target === undefined ? [] : edge(start, target)
  })
}

/** In characters: pictures have little room. */
const MAX_TITLE = 60

function titleOf({ title, key }: RunGraphNode): string {
  const letters = Array.from(title ?? key)
  return letters.length > MAX_TITLE ? `${letters.slice(0, MAX_TITLE - 1).join('')}…` : letters.join('')
}

/** What it is; who does it; how it goes. */
function labelOf(node: RunGraphNode): readonly string[] {
  const { kind, agent, model, status, waitingFor, items } = node
  const who = [agent ?? kind, model].filter((each) => each !== null)
  const counts = items && Object.entries(items).map(([each, count]) => `${count} ${each}`)
  const how = [
    status === 'waiting' && waitingFor ? `${status} for ${waitingFor}` : status,
    ...figuresOf(node),
    ...(counts && counts.length > 0 ? [`items: ${counts.join(', ')}`] : []),
  ]
  return [titleOf(node), who.join(', '), how.join(', ')]
}

function figuresOf({ retries, migrations, durationMs, costUsd, failure }: RunGraphNode): string[] {
  return [
    ...(failure === null ? [] : [failure]),
    ...(retries > 0 ? [retries === 1 ? '1 retry' : `${retries} retries`] : []),
    ...(migrations > 0 ? [migrations === 1 ? '1 migration' : `${migrations} migrations`] : []),
    ...(durationMs === null ? [] : [`${(durationMs / 1_000).toFixed(1)} s`]),
    ...(costUsd > 0 ? [`$${costUsd.toFixed(4)}`] : []),
  ]
}
