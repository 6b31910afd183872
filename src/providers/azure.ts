import * as z from 'zod'
import { type CloudAccess, keyInHeader } from './credentials.ts'

/** Variables that open Azure OpenAI: a key, and the resource's name or the whole address of its v1 API. */
export const azureVariables = {
  AZURE_OPENAI_API_KEY: z.string().optional(),
  AZURE_OPENAI_RESOURCE: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i, 'letters, digits and dashes')
    .optional(),
  AZURE_OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
}
type AzureVariables = z.infer<z.ZodObject<typeof azureVariables>>

/** How Azure OpenAI is reached; null where the key or the address is missing. The whole address wins. */
export function azureAccess(variables: AzureVariables): CloudAccess | null {
  const { AZURE_OPENAI_API_KEY: key, AZURE_OPENAI_RESOURCE: resource } = variables
  const baseUrl = variables.AZURE_OPENAI_BASE_URL?.replace(/\/+$/, '')
  if (key === undefined || (resource === undefined && baseUrl === undefined)) return null
  return {
    signer: keyInHeader('api-key', key),
    place: resource === undefined ? {} : { resource },
    ...(baseUrl !== undefined && { baseUrl }),
  }
}
