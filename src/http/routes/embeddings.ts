import { Hono } from 'hono'
import { decodeEmbeddingRequest } from '../../protocols/openai-embeddings/decode-request.ts'
import { type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { embed } from '../embed.ts'
import { readJsonBody } from '../read-body.ts'

export const embeddingRoutes = new Hono<AppEnv>().post('/embeddings', async (c) => {
  const inbound = decodeEmbeddingRequest(await readJsonBody(c.req.raw))
  // What was asked of a host is recorded even when the client does not stay for it.
  const embedded = embed(scopeOf(c), inbound)
  backgroundOf(c)(embedded.catch(() => undefined))
  return embedded
})
