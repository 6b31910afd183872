import { setTimeout as sleep } from 'node:timers/promises'

/** Nobody asks more than so many things at once. */
export const MOST_AT_ONCE = 32

/** Goes on for so many, and no longer than that: a busy machine asks less. */
export function atMost(count: number, forMs: number): (number: number) => boolean {
  const until = Date.now() + forMs
  return (number) => number < count && Date.now() < until
}

/**
 * Asks one after the other, so many at once: as fast as answers come.
 *
 * @param goesOn asked before each; the load ends when it says no
 */
export async function askInTurn<T>(
  atOnce: number,
  goesOn: (number: number) => boolean,
  ask: (number: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  async function work(): Promise<void> {
    while (goesOn(next)) answers.push(await ask(next++))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, MOST_AT_ONCE) }, work))
  return answers
}

/**
 * Asks so often a second, however long answers take; where too many are on their way, it waits for one.
 *
 * @param goesOn asked before each; the load ends when it says no
 */
export async function askSteadily<T>(
  perSecond: number,
  goesOn: (number: number) => boolean,
  ask: (number: number) => Promise<T>,
): Promise<T[]> {
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  const answers: T[] = []
  for (let number = 0; goesOn(number); number++) {
    const early = startedAt + (number * 1_000) / perSecond - performance.now()
    if (early > 0) await sleep(early)
    while (running.size >= MOST_AT_ONCE) await Promise.race(running)
    const asked: Promise<void> = ask(number).then((answer) => {
      answers.push(answer)
      running.delete(asked)
    })
    running.add(asked)
  }
  await Promise.all(running)
  return answers
}
