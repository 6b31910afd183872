import { createRandom } from '../../src/learn/random.ts'

/** Tasks that do nothing, and what each waits for. */
export type Shape = readonly { id: string; after: readonly string[] }[]

/** One after the other; one, then all at once, then one; layers, each task after up to three of the layer before. */
export const SHAPES = { chain, wide, layered } as const
export type ShapeName = keyof typeof SHAPES

const LAYERS = 20
const LEAST_WIDTH = 5
const MOST_AFTER = 3

const idOf = (at: number) => `t${at}`

function chain(count: number): Shape {
  return Array.from({ length: count }, (_, at) => ({ id: idOf(at), after: at === 0 ? [] : [idOf(at - 1)] }))
}

function wide(count: number): Shape {
  const last = count - 1
  const middle = Array.from({ length: count - 2 }, (_, at) => idOf(at + 1))
  return [
    { id: idOf(0), after: [] },
    ...middle.map((id) => ({ id, after: [idOf(0)] })),
    { id: idOf(last), after: middle },
  ]
}

function layered(count: number): Shape {
  const random = createRandom(1)
  const width = Math.max(LEAST_WIDTH, Math.ceil(count / LAYERS))
  return Array.from({ length: count }, (_, at) => {
    const layer = Math.floor(at / width) - 1
    const tries = layer < 0 ? 0 : 1 + Math.floor(random() * MOST_AFTER)
    const after = Array.from({ length: tries }, () => idOf(layer * width + Math.floor(random() * width)))
    return { id: idOf(at), after: [...new Set(after)] }
  })
}
