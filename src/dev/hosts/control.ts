import * as z from 'zod'
import { errorReply, jsonReply } from './answering.ts'
import type { Reply } from './delivery.ts'
import { decideFault, faultScript, scripted, type Fault, type ScriptedFault } from './faults.ts'
import type { Journal } from './journal.ts'
import { parseJson } from './json.ts'
import { chatWire } from './wires/chat/index.ts'

/** The control API: adds, lists and clears faults, lists and clears calls. Faults added first are met first. */
export function createControl(journal: Journal) {
  let script: readonly ScriptedFault[] = []

  function addFaults(body: string): Reply {
    const faults = faultScript.safeParse(parseJson(body))
    if (!faults.success) return errorReply(chatWire, { status: 400, message: z.prettifyError(faults.error) })
    script = [...script, ...faults.data.map(scripted)]
    return jsonReply({ faults: script })
  }

  return {
    /** The fault that the next call to a model meets, or null. */
    nextFault(call: { host: string; model: string }): Fault | null {
      const decided = decideFault(script, call)
      script = decided.script
      return decided.fault
    },

    handle(what: 'faults' | 'calls', method: string, body: string): Reply {
      switch (`${method} ${what}`) {
        case 'GET faults':
          return jsonReply({ faults: script })
        case 'POST faults':
          return addFaults(body)
        case 'DELETE faults':
          script = []
          return jsonReply({ faults: script })
        case 'GET calls':
          return jsonReply({ calls: journal.list() })
        case 'DELETE calls':
          journal.clear()
          return jsonReply({ calls: [] })
        default:
          return errorReply(chatWire, { status: 405, message: `${method} is not possible here` })
      }
    },
  }
}
export type Control = ReturnType<typeof createControl>
