import { Hono } from 'hono'
import {
  decodeCountTokens,
  decodeMessagesRequest,
} from '../../protocols/anthropic-messages/decode-request.ts'
import { askedOf } from '../asked.ts'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { decide } from '../decide.ts'
import { readJsonBody } from '../read-body.ts'
import { answerAsked } from '../runs/team.ts'
import { withSessionHeader } from '../session.ts'

export const messageRoutes = new Hono<AppEnv>()
  .post('/messages', async (c) => {
    const decoded = decodeMessagesRequest(await readJsonBody(c.req.raw), c.req.raw.headers)
    const inbound = withSessionHeader(decoded, c.req.header('x-session-id'))
    return staying(c, answerAsked(scopeOf(c), inbound))
  })
  .post('/messages/count_tokens', async (c) => {
    const inbound = decodeCountTokens(await readJsonBody(c.req.raw), c.req.raw.headers)
    // Nobody is asked: the count is an estimate for the model that would answer.
    const { plan, demand } = await decide(askedOf(scopeOf(c), inbound))
    return c.json({ input_tokens: demand.inputTokens[plan[0].candidate.model.tokenFamily] })
  })
