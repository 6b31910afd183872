import { AwsV4Signer } from 'aws4fetch'
import * as z from 'zod'
import { type CloudAccess, keyInHeader, type Signer } from './credentials.ts'

/** Variables that open Amazon Bedrock: an API key of its own, or the access keys of an AWS identity. */
export const bedrockVariables = {
  AWS_BEARER_TOKEN_BEDROCK: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'not an AWS region')
    .default('us-east-1'),
}
type BedrockVariables = z.infer<z.ZodObject<typeof bedrockVariables>>

/** How Bedrock is reached; null where neither a key nor both access keys are set. The API key wins. */
export function bedrockAccess(variables: BedrockVariables): CloudAccess | null {
  const region = variables.AWS_REGION
  const apiKey = variables.AWS_BEARER_TOKEN_BEDROCK
  if (apiKey !== undefined)
    return { place: { region }, signer: keyInHeader('authorization', apiKey, 'Bearer ') }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables
  if (accessKeyId === undefined || secretAccessKey === undefined) return null
  const sessionToken = variables.AWS_SESSION_TOKEN
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  return { place: { region }, signer: signatureV4(keys, region) }
}

/** AWS's keys; only temporary ones come with a session token. */
type AccessKeys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

/** Signs with AWS Signature Version 4. The access key id is a name, but nobody's business either. */
function signatureV4(keys: AccessKeys, region: string): Signer {
  /** Keys derived for a day, by aws4fetch. */
  const cache = new Map<string, ArrayBuffer>()
  return {
    secrets: () => Object.values(keys),
    async sign({ url, body }, { now }) {
      const datetime = new Date(now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
      const signer = new AwsV4Signer({ ...keys, url, body, region, service: 'bedrock', datetime, cache })
      return Object.fromEntries((await signer.sign()).headers)
    },
  }
}
