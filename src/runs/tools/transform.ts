import { JmespathFault } from '../../core/jmespath/fault.ts'
import { parseJmespath } from '../../core/jmespath/parse.ts'
import { searchJmespath } from '../../core/jmespath/search.ts'

/** What a transformation came to. */
type Transformed = { kind: 'value'; value: unknown } | { kind: 'fault'; message: string }

/** What an expression of JMESPath makes of a JSON value. Never throws, and ends soon: see `JMESPATH_LIMITS`. */
export function transform(expression: string, input: unknown): Transformed {
  try {
    return { kind: 'value', value: searchJmespath(parseJmespath(expression), input) }
  } catch (fault) {
    if (!(fault instanceof JmespathFault)) throw fault
    const where = fault.at === null ? '' : ` at ${fault.at}`
    return { kind: 'fault', message: `Invalid 'expression': ${fault.message}${where}` }
  }
}
