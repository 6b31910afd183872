import * as z from 'zod'
import { LISTED } from '../checked-list.ts'
import { configDocument } from './schema.ts'

/** What is written, not what is made of it. What a schema cannot say is left open. */
const HOW = {
  io: 'input',
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }) {
    const item = LISTED.get(zodSchema)
    if (!item) return
    const { $schema: _dialect, ...items } = z.toJSONSchema(item, HOW)
    jsonSchema.items = items
  },
} as const satisfies z.core.ToJSONSchemaParams

/** The JSON Schema (draft 2020-12) of a configuration. @param id the address it is published at */
export function configJsonSchema(id: string): object {
  return {
    $id: id,
    title: 'A configuration of Switchyard',
    ...z.toJSONSchema(configDocument, HOW),
  }
}
