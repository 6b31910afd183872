import { LANGUAGE_WORK } from './lexicon/language-work.ts'
import { OPEN_TASKS } from './lexicon/open-tasks.ts'
import { type Signal, SIGNALS, WORK_SIGNALS } from './lexicon/signals.ts'
import { TECHNICAL } from './lexicon/technical.ts'
import { TRAIT_PHRASES } from './lexicon/traits.ts'
import { WORK_PHRASES } from './lexicon/work.ts'
import { compilePhrases, matchPhrases } from './phrases.ts'
import { measureStructure, type Structure } from './structure.ts'

const ALL_SIGNALS = [...SIGNALS, ...WORK_SIGNALS]
const LEXICON = compilePhrases(ALL_SIGNALS, [
  ...TECHNICAL,
  ...LANGUAGE_WORK,
  ...OPEN_TASKS,
  ...TRAIT_PHRASES,
  ...WORK_PHRASES,
])

/** Evidence found in one text: the sums of its phrases, `SIGNALS` first, and how it is built. */
export type Evidence = { signals: Float64Array; structure: Structure }

const position = new Map<Signal, number>(ALL_SIGNALS.map((signal, index) => [signal, index]))

export function readEvidence(text: string): Evidence {
  return { signals: matchPhrases(text, LEXICON), structure: measureStructure(text) }
}

/** Sum of the weights of a signal's phrases, 0 when none was found. */
export function signalOf(evidence: Evidence, signal: Signal): number {
  return evidence.signals[position.get(signal) ?? -1] ?? 0
}
