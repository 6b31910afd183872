import { Hono } from 'hono'
import { decodeCompletionRequest } from '../../protocols/openai-completions/decode-request.ts'
import { answerRequest } from '../answer.ts'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { readJsonBody } from '../read-body.ts'
import { withSessionHeader } from '../session.ts'

export const completionRoutes = new Hono<AppEnv>().post('/completions', async (c) => {
  const decoded = decodeCompletionRequest(await readJsonBody(c.req.raw))
  const inbound = withSessionHeader(decoded, c.req.header('x-session-id'))
  return staying(c, answerRequest(scopeOf(c), inbound))
})
