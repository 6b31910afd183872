import { Hono } from 'hono'
import { decodeEmbeddingRequest } from '../../protocols/openai-embeddings/decode-request.ts'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { embed } from '../embed.ts'
import { readJsonBody } from '../read-body.ts'

export const embeddingRoutes = new Hono<AppEnv>().post('/embeddings', async (c) => {
  const inbound = decodeEmbeddingRequest(await readJsonBody(c.req.raw))
  return staying(c, embed(scopeOf(c), inbound))
})
