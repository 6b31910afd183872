import { Hono } from 'hono'
import { decodeCompletionRequest } from '../../protocols/openai-completions/decode-request.ts'
import { answerRequest } from '../answer.ts'
import { type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { readJsonBody } from '../read-body.ts'
import { withSessionHeader } from '../session.ts'

export const completionRoutes = new Hono<AppEnv>().post('/completions', async (c) => {
  const decoded = decodeCompletionRequest(await readJsonBody(c.req.raw))
  const inbound = withSessionHeader(decoded, c.req.header('x-session-id'))
  // The answer is finished and recorded even when the client does not stay for it.
  const answered = answerRequest(scopeOf(c), inbound)
  backgroundOf(c)(answered.catch(() => undefined))
  return answered
})
