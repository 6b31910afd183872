import { meanOf } from './experience.ts'
import { edgesOf, type Graph, nodesOf } from './graph.ts'
import { statusAt } from './node.ts'

/** A graph as text, for people: always the same for the same graph. @param now Unix ms */
export function drawGraph(graph: Graph, format: 'mermaid' | 'dot', now: number): string {
  const { head, node, edge, end } = LANGUAGES[format]
  const nodes = nodesOf(graph)
  const names = new Map(nodes.map(({ card }, at) => [card.id, `n${at}`]))
  const drawn = nodes.map((one, at) =>
    node(`n${at}`, [one.card.name, `${one.card.kind}, ${statusAt(one, now)}`]),
  )
  const lines = edgesOf(graph).flatMap(({ from, to, handoffs, success }) => {
    const [start, target] = [names.get(from), names.get(to)]
    if (start === undefined || target === undefined) return []
    return edge(start, target, `${handoffs}× ${Math.round((meanOf(success) ?? 0) * 100)} %`)
  })
  return [head, ...drawn, ...lines, end].filter((line) => line !== '').join('\n')
}

type Language = {
  head: string
  node: (name: string, lines: readonly string[]) => string
  edge: (from: string, to: string, label: string) => string
  end: string
}

const LANGUAGES: Readonly<Record<'mermaid' | 'dot', Language>> = {
  mermaid: {
    head: 'graph LR',
    node: (name, lines) => `  ${name}["${lines.map(inMermaid).join('<br/>')}"]`,
    edge: (from, to, label) => `  ${from} -->|"${inMermaid(label)}"| ${to}`,
    end: '',
  },
  dot: {
    head: 'digraph agents {\n  rankdir=LR;',
    node: (name, lines) => `  ${name} [label="${lines.map(inDot).join('\\n')}"];`,
    edge: (from, to, label) => `  ${from} -> ${to} [label="${inDot(label)}"];`,
    end: '}',
  },
}

/** Text in a Mermaid label, with its own escapes, by code point: whatever could end a label, or begin markup, is written so. */
export function inMermaid(text: string): string {
  return oneLine(text).replace(/[^\p{L}\p{N}\p{M} .,×%-]/gu, (mark) => `#${mark.codePointAt(0) ?? 0};`)
}

/** Text in a DOT label: in quotes only the quote ends a string, and the backslash escapes. */
export function inDot(text: string): string {
  return oneLine(text).replace(/["\\]/g, String.raw`\$&`)
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ')
}
