import * as z from 'zod'
import type { AgentBinding } from '../../core/bindings.ts'

const MAX_BINDINGS = 200
const MAX_CHARS = 256
const MAX_PAIRS = 16

const text = z.string().min(1).max(MAX_CHARS)

const match = z
  .strictObject({
    session: text.nullish(),
    user: text.nullish(),
    key: text.nullish(),
    metadata: z
      .record(text, z.string().max(MAX_CHARS))
      .refine((pairs) => Object.keys(pairs).length <= MAX_PAIRS, `more than ${MAX_PAIRS} pairs`)
      .nullish(),
    tool: text.nullish(),
    skill: text.nullish(),
  })
  .refine(
    ({ metadata, ...rest }) =>
      Object.keys(metadata ?? {}).length > 0 || Object.values(rest).some((one) => one != null),
    'states nothing',
  )

const binding = z.strictObject({ agent: text, match })
type BodyBinding = z.infer<typeof binding>

/** Which agents get what work, whoever else might do it better. */
export const bindingsFields = {
  bindings: z
    .array(binding)
    .max(MAX_BINDINGS)
    .nullish()
    .describe('Agents that are given the tasks and sessions that match, the most specific first.'),
}

export function bindingsOf({ bindings }: { bindings?: readonly BodyBinding[] | null | undefined }) {
  return (bindings ?? []).map(({ agent, match: said }): AgentBinding => ({
    agent,
    session: said.session ?? null,
    user: said.user ?? null,
    key: said.key ?? null,
    metadata: said.metadata ?? {},
    tool: said.tool ?? null,
    skill: said.skill ?? null,
  }))
}
