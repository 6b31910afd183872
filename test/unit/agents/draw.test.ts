import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawGraph } from '../../../src/agents/draw.ts'
import { graphOf, NOW, outcome, put } from './builders.ts'

const HOSTILE = '"]; click n0 "javascript:alert(1)"\n%% <script>\\" -> n9 [label="x'

const plain = (format: 'mermaid' | 'dot') => drawGraph(graphOf([put('loom')]), format, NOW).split('\n')

describe('drawGraph', () => {
  it('shows agents and handoffs, always in one order', () => {
    const events = [put('loom', { name: '織布機' }), put('a', { name: 'A' })]
    const handoff = [outcome('loom', { from: 'a' }), outcome('loom', { from: 'a', success: 0 })]
    const graph = graphOf([...events, ...handoff])
    const mermaid = drawGraph(graph, 'mermaid', NOW)
    expect(mermaid).toContain('graph LR\n  n0["A<br/>http, ready"]\n')
    expect(mermaid).toContain('  n3["織布機<br/>http, ready"]')
    expect(mermaid).toContain('  n0 -->|"2× 50 %"| n3')
    expect(drawGraph(graph, 'dot', NOW)).toContain('  n0 -> n3 [label="2× 50 %"];\n}')
    expect(drawGraph(graphOf([...events.toReversed(), ...handoff]), 'mermaid', NOW)).toBe(mermaid)
  })

  it('lets no name out of its label', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constant(HOSTILE))
    fc.assert(
      fc.property(name, (said) => {
        const graph = graphOf([put('loom', { name: said })])
        const mermaid = drawGraph(graph, 'mermaid', NOW).split('\n')
        const dot = drawGraph(graph, 'dot', NOW).split('\n')
        expect([mermaid.length, dot.length]).toEqual([plain('mermaid').length, plain('dot').length])
        expect(mermaid[3]).toMatch(/^ {2}n2\["[^"[\]<>`]*<br\/>http, ready"\]$/)
        expect(dot[4]).toMatch(/^ {2}n2 \[label="(?:[^"\\]|\\.)*\\nhttp, ready"\];$/)
      }),
    )
  })
})
