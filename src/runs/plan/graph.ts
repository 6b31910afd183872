import type { Task } from '../../core/plan.ts'

/** What the tasks of one plan need of each other; tasks by their index. */
export type Graph = {
  /** By id: the first task of that id. */
  ids: ReadonlyMap<string, number>
  /** What each task depends on, as far as there is such a task. */
  dependencies: readonly (readonly number[])[]
  /** Every task after what it depends on, without those in a cycle or behind one. */
  order: readonly number[]
  /** Each begins at its first task; each task depends on the one after it, and the last on the first. */
  cycles: readonly (readonly number[])[]
  /** Whether a task comes before another that is in `order`. */
  isAncestor(ancestor: number, of: number): boolean
}

/** Linear in tasks and dependencies, but for the ancestors: those take a bit for each pair of tasks. */
export function graphOf(tasks: readonly Task[]): Graph {
  const ids = new Map<string, number>()
  for (const [index, { id }] of tasks.entries()) if (id !== '' && !ids.has(id)) ids.set(id, index)
  const dependencies = tasks.map(({ dependsOn }) => {
    return Array.from(new Set(dependsOn), (id) => ids.get(id)).filter((index) => index !== undefined)
  })
  const order = orderOf(dependencies)
  return {
    ids,
    dependencies,
    order,
    cycles: order.length === tasks.length ? [] : cyclesIn(dependencies, new Set(order)),
    isAncestor: ancestryOf(dependencies, order),
  }
}

/** Kahn's algorithm, 1962. */
function orderOf(dependencies: Graph['dependencies']): number[] {
  const dependents: number[][] = dependencies.map(() => [])
  const open = dependencies.map((before) => before.length)
  for (const [index, before] of dependencies.entries())
    for (const each of before) dependents[each]?.push(index)
  const order = Array.from(open.keys()).filter((index) => open[index] === 0)
  // The list grows while it is read.
  for (const index of order) {
    for (const each of dependents[index] ?? []) {
      const left = (open[each] ?? 0) - 1
      open[each] = left
      if (left === 0) order.push(each)
    }
  }
  return order
}

/** Whoever is not in the order depends on somebody who is not either: following those ends in a cycle. */
function cyclesIn(dependencies: Graph['dependencies'], ordered: ReadonlySet<number>): number[][] {
  const next = dependencies.map((before) => before.find((index) => !ordered.has(index)))
  const seenIn = new Map<number, number>()
  const cycles: number[][] = []
  for (const start of next.keys()) {
    const walk: number[] = []
    let at: number | undefined = start
    while (at !== undefined && !ordered.has(at) && !seenIn.has(at)) {
      seenIn.set(at, start)
      walk.push(at)
      at = next[at]
    }
    if (at !== undefined && walk.length > 0 && seenIn.get(at) === start)
      cycles.push(walk.slice(walk.indexOf(at)))
  }
  return cycles
}

function ancestryOf(dependencies: Graph['dependencies'], order: readonly number[]): Graph['isAncestor'] {
  const words = Math.ceil(dependencies.length / 32)
  const bits = new Uint32Array(dependencies.length * words)
  for (const index of order) {
    for (const before of dependencies[index] ?? []) {
      const at = index * words + (before >>> 5)
      bits[at] = (bits[at] ?? 0) | (1 << (before & 31))
      for (let word = 0; word < words; word += 1) {
        const own = index * words + word
        bits[own] = (bits[own] ?? 0) | (bits[before * words + word] ?? 0)
      }
    }
  }
  return (ancestor, of) => ((bits[of * words + (ancestor >>> 5)] ?? 0) & (1 << (ancestor & 31))) !== 0
}
