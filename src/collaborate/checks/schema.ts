import { isRecord } from '../../core/canonical-json.ts'
import type { ChatRequest, ToolCall } from '../../core/chat.ts'
import { fieldPath } from '../../core/field-path.ts'
import { misfitOf } from '../../execute/matches-schema.ts'
import { parsed, readJson } from '../read-json.ts'
import type { Finding } from './finding.ts'

type Schema = Readonly<Record<string, unknown>>

const NOT_ALONE = 'The reply must be JSON alone, without words or a code fence around it.'

/**
 * Whether a text is JSON of the form that is wanted: the given schema, or what the request asks for. Where the request
 * asks for JSON itself, nothing may stand around it; else it may be in a block of code or within words.
 */
export function checkSchema({ output }: ChatRequest, text: string, given: Schema | null): Finding {
  const schema = given ?? (output.type === 'json_schema' ? output.schema : null)
  if (text.trim() === '' || (!schema && output.type === 'text')) return null
  const value = output.type === 'text' ? readJson(text) : parsed(text)
  if (value === undefined) return [isRecord(readJson(text)) ? NOT_ALONE : 'The reply is no valid JSON.']
  if (!schema) return isRecord(value) ? [] : ['The reply must be a JSON object.']
  return fits(schema, value, 'The reply')
}

/**
 * Whether every call is of a known tool, with arguments that fit its parameters. Tools of type `custom` take any text.
 * Of parameters that say more than we can check, only the required names are looked for.
 */
export function checkToolArguments({ tools }: ChatRequest, calls: readonly ToolCall[]): Finding {
  const findings = calls.map(({ name, argumentsJson, custom }, at): Finding => {
    if (custom) return []
    const subject = `Tool call ${at + 1} (${name})`
    const tool = tools.find((one) => one.name === name)
    if (!tool) return [`${subject}: there is no tool of this name.`]
    const value = parsed(argumentsJson.trim() || '{}')
    if (!isRecord(value)) return [`${subject}: the arguments are no JSON object.`]
    if (!tool.parameters) return []
    const { required } = tool.parameters
    return (
      fits(tool.parameters, value, subject) ??
      fits({ ...(Array.isArray(required) && { required }) }, value, subject)
    )
  })
  return findings.length === 0 ? null : findings.flatMap((found) => found ?? [])
}

function fits(schema: Schema, value: unknown, subject: string): Finding {
  const misfit = misfitOf(schema, value)
  if (!misfit) return misfit === null ? [] : null
  const place = misfit.path.length > 0 ? `'${fieldPath(misfit.path)}'` : 'the whole'
  return [`${subject}: ${place} must ${misfit.must}.`]
}
