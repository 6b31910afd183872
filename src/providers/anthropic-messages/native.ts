import { isRecord } from '../../core/canonical-json.ts'
import { present } from '../../core/present.ts'
import { readSeal } from '../../core/sealed-thoughts.ts'
import type { Target } from '../adapter.ts'
import { type CallIds, createCallIds } from './call-ids.ts'
import type { Settings } from './settings.ts'

type Fields = Readonly<Record<string, unknown>>

/** Fields that depend on the model, and are written anew. */
const OWN_FIELDS: ReadonlySet<string> = new Set(
  'model messages max_tokens stream thinking output_config temperature top_p top_k'.split(' '),
)

/** The body of a caller who speaks Anthropic's format, less what this model would refuse. */
export function nativeBody(body: Fields, settings: Settings, target: Target): object {
  const { output_config: config, tool_choice: choice } = body
  const { effort: _caller, ...rest } = isRecord(config) ? config : {}
  const outputConfig = present({ ...rest, effort: settings.effort })
  return {
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !OWN_FIELDS.has(name))),
    ...present({
      thinking: settings.thinking,
      output_config: Object.keys(outputConfig).length > 0 ? outputConfig : undefined,
      tool_choice: settings.mayForceTools || !isRecord(choice) ? choice : unforced(choice),
      stream: target.stream || undefined,
    }),
    ...settings.sampling,
    model: target.hostModelId,
    max_tokens: settings.maxTokens,
    messages: cleaned(Array.isArray(body['messages']) ? body['messages'] : []),
  }
}

function unforced({ disable_parallel_tool_use: disabled }: Fields): object {
  return present({ type: 'auto', disable_parallel_tool_use: disabled })
}

/** Messages without blocks that Anthropic would refuse, and with ids that it takes; without those that are left empty. */
function cleaned(messages: readonly unknown[]): unknown[] {
  const ids = createCallIds()
  return messages.flatMap((message) => {
    if (!isRecord(message) || !Array.isArray(message['content'])) return [message]
    const content = message['content']
      .filter((block) => !isRecord(block) || isTaken(block))
      .map((block) => (isRecord(block) ? withIds(block, ids) : block))
    return content.length === 0 && message['content'].length > 0 ? [] : [{ ...message, content }]
  })
}

function withIds(block: Fields, ids: CallIds): Fields {
  const { type, id, tool_use_id: of } = block
  if (type === 'tool_use' && typeof id === 'string') return { ...block, id: ids.call(id) }
  if (type === 'tool_result' && typeof of === 'string') return { ...block, tool_use_id: ids.result(of) }
  return block
}

/** Thoughts of other makers' models are sealed for them alone; empty text is refused. */
function isTaken({ type, text, signature, data }: Fields): boolean {
  switch (type) {
    case 'text':
      return typeof text !== 'string' || text.trim() !== ''
    case 'thinking':
      return isOwn(signature)
    case 'redacted_thinking':
      return isOwn(data)
    default:
      return true
  }
}

function isOwn(seal: unknown): boolean {
  if (typeof seal !== 'string' || seal === '') return false
  return readSeal(seal, { format: 'anthropic', kind: 'encrypted' }).format === 'anthropic'
}
