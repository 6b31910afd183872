import { Hono } from 'hono'
import { answerRequest } from '../answer.ts'
import { type AppEnv, backgroundOf, scopeOf } from '../context.ts'
import { readChat } from '../session.ts'

export const chatRoutes = new Hono<AppEnv>().post('/chat/completions', async (c) => {
  const inbound = await readChat(c)
  // The answer is finished and recorded even when the client does not stay for it.
  const answered = answerRequest(scopeOf(c), inbound)
  backgroundOf(c)(answered.catch(() => undefined))
  return answered
})
