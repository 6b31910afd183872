import type * as z from 'zod'
import { present } from '../core/present.ts'
import { accountsAt, type HostAccount } from './accounts.ts'
import { azureAccess, azureVariables } from './azure.ts'
import { bedrockAccess, bedrockVariables } from './bedrock.ts'
import type { CloudAccess } from './credentials.ts'
import { CLOUD_HOSTS } from './hosts.ts'
import { vertexAccess, vertexVariables } from './vertex.ts'

/** Variables that open clouds. */
export const cloudVariables = { ...bedrockVariables, ...vertexVariables, ...azureVariables }
type CloudVariables = z.infer<z.ZodObject<typeof cloudVariables>>

/** How each cloud is reached with the variables, where an account says otherwise as it says. */
const ACCESS: Readonly<
  Record<string, (variables: CloudVariables, account: HostAccount) => CloudAccess | null>
> = {
  bedrock: (variables, { apiKey, region }) =>
    bedrockAccess({ ...variables, ...present({ AWS_BEARER_TOKEN_BEDROCK: apiKey, AWS_REGION: region }) }),
  vertex: (variables, { region }) =>
    vertexAccess({ ...variables, ...present({ GOOGLE_VERTEX_REGION: region }) }),
  azure: (variables, { apiKey, baseUrl }) =>
    azureAccess({
      ...variables,
      ...present({ AZURE_OPENAI_API_KEY: apiKey, AZURE_OPENAI_BASE_URL: baseUrl }),
    }),
}

/** By account, the clouds that are set up. */
export function cloudsOf(
  variables: CloudVariables,
  accounts: readonly HostAccount[],
): ReadonlyMap<string, CloudAccess> {
  const clouds = new Map<string, CloudAccess>()
  for (const { id } of CLOUD_HOSTS) {
    for (const account of accountsAt(id, accounts)) {
      const access = ACCESS[id]?.(variables, account)
      if (access) clouds.set(account.id, { ...access, ...present({ baseUrl: account.baseUrl }) })
    }
  }
  return clouds
}
