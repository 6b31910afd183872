import { Hono } from 'hono'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { answerAsked } from '../runs/team.ts'
import { readChat } from '../session.ts'

export const chatRoutes = new Hono<AppEnv>().post('/chat/completions', async (c) => {
  const inbound = await readChat(c)
  return staying(c, answerAsked(scopeOf(c), inbound))
})
