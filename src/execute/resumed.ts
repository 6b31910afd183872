/**
 * Events that were read ahead, then the rest. Not a generator of its own: returning one that was never read would leave
 * `rest`, and its host, running.
 *
 * @param source what `rest` reads from, for the same reason
 */
export function resumed<T>(
  opening: readonly T[],
  rest: AsyncGenerator<T>,
  source: AsyncGenerator = rest,
): AsyncGenerator<T> {
  const waiting = [...opening]
  return {
    async next() {
      const value = waiting.shift()
      return value === undefined ? rest.next() : { done: false, value }
    },
    async return(value) {
      waiting.length = 0
      if (source !== rest) await source.return(undefined)
      return rest.return(value)
    },
    throw(error) {
      waiting.length = 0
      return rest.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined)
    },
  }
}
