import type { Fault } from './errors.ts'
import { fieldPath } from './field-path.ts'

export type FaultPath = readonly PropertyKey[]

/** What is wrong with a document, as it is found; more than a bound is not told, only that there is more. */
export type FoundFaults = {
  readonly faults: readonly Fault[]
  readonly hasMore: boolean
  add(path: FaultPath, code: string, message: string): void
}

export function startFaults(most: number): FoundFaults {
  const faults: Fault[] = []
  let hasMore = false
  return {
    faults,
    get hasMore() {
      return hasMore
    },
    add(path, code, message) {
      if (faults.length < most) faults.push({ path: fieldPath(path), code, message })
      else hasMore = true
    },
  }
}
