import * as z from 'zod'
import type { Adapter } from './adapter.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import type { CloudAccess } from './credentials.ts'
import { jsonText } from './json-text.ts'
import { serviceAccount, serviceAccountSigner } from './vertex-token.ts'

/** Variables that open Google Vertex AI: a service account's key file, and where its models are to run. */
export const vertexVariables = {
  GOOGLE_SERVICE_ACCOUNT: jsonText(serviceAccount).optional(),
  /** Absent: the service account's own project. */
  GOOGLE_VERTEX_PROJECT: z
    .string()
    .regex(/^[a-z0-9.:-]+$/, 'not a project id')
    .optional(),
  GOOGLE_VERTEX_REGION: z
    .string()
    .regex(/^[a-z]+(?:-[a-z]+\d+)?$/, 'not a location of Google Cloud')
    .default('global'),
}
type VertexVariables = z.infer<z.ZodObject<typeof vertexVariables>>

/** How Vertex AI is reached; null where the service account is missing. */
export function vertexAccess(variables: VertexVariables): CloudAccess | null {
  const { GOOGLE_SERVICE_ACCOUNT: account, GOOGLE_VERTEX_REGION: region } = variables
  if (account === undefined) return null
  const project = variables.GOOGLE_VERTEX_PROJECT ?? account.project_id
  return { signer: serviceAccountSigner(account), place: { server: serverOf(region), project, region } }
}

/** The server of a location: the global one, a continent's, or a region's own. */
function serverOf(region: string): string {
  if (region === 'global') return 'aiplatform.googleapis.com'
  return region.includes('-')
    ? `${region}-aiplatform.googleapis.com`
    : `aiplatform.${region}.rep.googleapis.com`
}

/** Anthropic Messages as Vertex AI speaks it: the path names the model, the body the version. */
export const vertexMessages: Adapter = {
  ...anthropicMessages,
  encode(request, target) {
    const { headers, body } = anthropicMessages.encode(request, target)
    const { 'anthropic-version': _version, ...others } = headers
    return {
      path: `/${target.hostModelId}:${target.stream ? 'streamRawPredict' : 'rawPredict'}`,
      headers: others,
      body: { ...withoutModel(body), anthropic_version: 'vertex-2023-10-16' },
    }
  },
}

function withoutModel(body: unknown): Record<string, unknown> {
  const fields = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return Object.fromEntries(fields.filter(([name]) => name !== 'model'))
}
