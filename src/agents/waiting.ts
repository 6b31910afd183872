/** A task of a run that waits for a place. `fits`: ids of agents that could take it. `until`: Unix ms. */
export type Waiting = {
  run: string
  task: string
  priority: number
  fits: readonly string[]
  until: number
}

/** Those that wait, in the order in which they are served. */
export type Queue = readonly Waiting[]

/** Who waits and asks no longer is forgotten, in ms: more than twice as long as runs take to ask again. */
export const WAITING_MS = 12_000
/** As soon as this, where it was told that there is a place. */
const TOLD_MS = 2_000

/** A queue with one more, behind all of its priority; who waits already stays where it is. */
export function queuedIn(queue: Queue, one: Waiting, now: number): Queue {
  const waiting = queue.filter(({ until }) => until > now)
  const known = waiting.findIndex((other) => isSame(other, one))
  if (known >= 0 && waiting[known]?.priority === one.priority) return waiting.with(known, one)
  const others = without(waiting, one)
  const behind = others.findIndex(({ priority }) => priority < one.priority)
  return others.toSpliced(behind < 0 ? others.length : behind, 0, one)
}

export function without(queue: Queue, one: Who): Queue {
  return queue.filter((other) => !isSame(other, one))
}

/** Those of other runs that are served before one that waits, or would be if it came now: a run has its own order. */
export function aheadOf(queue: Queue, one: Who & { priority: number }, now: number): Queue {
  const waiting = queue.filter(({ until }) => until > now)
  const known = waiting.findIndex((other) => isSame(other, one) && other.priority === one.priority)
  const behind = known < 0 ? waiting.findIndex(({ priority }) => priority < one.priority) : known
  return waiting.slice(0, behind < 0 ? waiting.length : behind).filter(({ run }) => run !== one.run)
}

type Who = Pick<Waiting, 'run' | 'task'>

function isSame(a: Who, b: Who): boolean {
  return a.run === b.run && a.task === b.task
}

/**
 * The first whom places are for: an agent's that fits them, or with `agent` null one's that nobody has asked for yet. They
 * have to come at once: others wait, too.
 */
export function served(queue: Queue, agent: string | null, places: number, now: number) {
  const first = new Set(
    Iterator.from(queue)
      .filter(({ fits, until }) => until > now && (agent === null || fits.includes(agent)))
      .take(Math.max(0, places)),
  )
  const next = queue.map((one) =>
    first.has(one) ? { ...one, until: Math.min(one.until, now + TOLD_MS) } : one,
  )
  return { runs: new Set(Iterator.from(first).map(({ run }) => run)), queue: first.size > 0 ? next : queue }
}
