import type * as z from 'zod'
import type { Scope } from '../../core/caller.ts'
import type { ErrorCode } from '../../core/errors.ts'

/** Who may call: everybody, the operator of the Worker, or a key with a scope. */
export type Access = 'public' | 'operator' | Scope

/** What an id in a path names. */
type Kind =
  | 'agent'
  | 'artifact'
  | 'attempt'
  | 'config_version'
  | 'decision'
  | 'key'
  | 'model'
  | 'plan'
  | 'provider'
  | 'response'
  | 'run'
  | 'session'
  | 'task'
  | 'tenant'
  | 'tool_secret'
  | 'training'

export type JsonSchema = Readonly<Record<string, unknown>>

/** One call of the API: who may make it, and what it takes and gives. The door and the API's description go by it. */
export type Operation = {
  /** Its name in clients that are made from the description. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As OpenAPI writes it: `/v1/decisions/{id}`. */
  path: string
  access: Access
  tag: string
  /** A few words, without a full stop. */
  summary: string
  /** What each `{name}` of the path is. */
  params?: Readonly<Record<string, { kind: Kind; description: string }>>
  /** The schema that its handler reads the query by. */
  query?: z.ZodObject
  /** Request headers that mean something here, and what. */
  headers?: Readonly<Record<string, string>>
  body?: Body
  answer: Answer
  /** Beside those that its access, parameters and body bring. */
  errors?: readonly ErrorCode[]
}

/** `schema`: the one that its handler reads the body by; with `types` other than JSON, of one line or document. */
export type Body = { schema: z.ZodType; optional?: true; types?: readonly [string, ...string[]] }

/** What comes when all is well. `types`: JSON where nothing else is said. */
export type Answer = {
  description: string
  /** Absent where nothing comes. */
  schema?: JsonSchema
  status?: 201 | 202 | 204
  types?: readonly [string, ...string[]]
}

/** The least that is promised of a JSON object: what its `object` says, and which fields are there. */
export function objectOf(object: string, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties: { object: { const: object } }, required: ['object', ...required] }
}

/** A list in OpenAI's form. */
export function listOf(required: readonly string[] = []): JsonSchema {
  return {
    type: 'object',
    properties: { object: { const: 'list' }, data: { type: 'array', items: { type: 'object' } } },
    required: ['object', 'data', ...required],
  }
}

/** An object with these fields. */
export function withFields(...required: readonly string[]): JsonSchema {
  return { type: 'object', required }
}
