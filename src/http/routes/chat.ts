import { Hono } from 'hono'
import { answerRequest } from '../answer.ts'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { readChat } from '../session.ts'

export const chatRoutes = new Hono<AppEnv>().post('/chat/completions', async (c) => {
  const inbound = await readChat(c)
  return staying(c, answerRequest(scopeOf(c), inbound))
})
