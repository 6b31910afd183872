import type { GuardAction, Guardrail, TextCheck } from '../../../src/core/guardrails.ts'
import { createTextGuard, type TextGuard } from '../../../src/guard/text-guard.ts'

/** A guardrail for texts, ready to work. */
export function textGuard(check: TextCheck, action: GuardAction = 'mask', id = 'rail'): TextGuard {
  const guardrail: Guardrail = { id, on: ['input', 'output'], action, maskWith: null, check }
  return createTextGuard(guardrail, check)
}
