import * as z from 'zod'
import { configDocument } from './schema.ts'

/** What is written, not what is made of it. What a schema cannot say is left open. */
const HOW = { io: 'input', unrepresentable: 'any' } as const

/** The JSON Schema (draft 2020-12) of a configuration. @param id the address it is published at */
export function configJsonSchema(id: string): object {
  return {
    $id: id,
    title: 'A configuration of Switchyard',
    ...z.toJSONSchema(configDocument, HOW),
  }
}
