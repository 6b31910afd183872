/** What a Worker's log says only of mistakes of ours. */
const ALARM =
  /uncaught|unhandled|\b(?:Type|Range|Reference|Syntax)Error\b|Zod(?:Real)?Error|A stream broke|went wrong on our side|hung|will never generate a response|out of memory|was reset|exceeded/i

/** Looks for alarms in a log of which only the end is kept: look often. */
export function createLogWatch(log: () => string): { look(): void; lines(): readonly string[] } {
  const alarms = new Set<string>()
  let seen = ''
  return {
    look() {
      const text = log()
      if (text === seen) return
      seen = text
      // The first line may have lost its beginning.
      for (const line of text.split('\n').slice(1)) if (ALARM.test(line)) alarms.add(line.trim())
    },
    lines: () => [...alarms],
  }
}
