import { expect, it } from 'vitest'
import type { RunRequest } from '../../src/runs/run/state.ts'
import { ref, task } from '../unit/runs/validated.ts'
import { gave, performing, requestFor, runOf } from './run-world.ts'

/** Layers of tasks, each of which takes the output of one of the layer before. */
function layered(layers: number, width: number): object {
  const tasks = Array.from({ length: layers * width }, (_, at) => {
    if (at < width) return task(`t${at}`, [], { input: at })
    return task(`t${at}`, [`t${at - width}`], { input: ref(`tasks.t${at - width}.output`) })
  })
  return { tasks, budget: { max_attempts: 10_000 } }
}

async function run(request: RunRequest): Promise<void> {
  await runOf(request).begin(request, 'digest', null)
  const view = await runOf(request).viewAtEnd(60_000)
  expect(view?.state.status).toBe('succeeded')
  const log = (await runOf(request).eventsAfter(0, 0))?.events ?? []
  const done = log.filter(({ type }) => type === 'task.succeeded').map((event) => event.task)
  expect(new Set(done).size).toBe(done.length)
}

it('carries 1,000 tasks, and many runs beside each other, with little time for each', async () => {
  const orders = performing(({ input }) => gave(input))
  const began = Date.now()
  await run(requestFor(layered(10, 100)))
  const one = Date.now() - began
  expect(orders).toHaveLength(1_000)
  const again = Date.now()
  await Promise.all(Array.from({ length: 50 }, () => run(requestFor(layered(4, 5)))))
  const many = Date.now() - again
  expect(orders).toHaveLength(2_000)
  console.log(`1 run: ${one / 1_000} ms per task; 50 runs: ${many / 1_000} ms per task`)
}, 120_000)
