import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { type AppEnv, scopeOf, staying } from '../context.ts'
import { readKept, responseObject } from '../kept-responses.ts'
import { readJsonBody } from '../read-body.ts'
import { respond } from '../respond.ts'

/** The most input items on one page, as at OpenAI. */
const MAX_PAGE = 100

export const inputItemsPage = z.object({
  order: z.enum(['asc', 'desc']).default('desc'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z.string().optional(),
})

export const responseRoutes = new Hono<AppEnv>()
  .post('/responses', async (c) => {
    const body = await readJsonBody(c.req.raw)
    return staying(c, respond(scopeOf(c), body, c.req.header('x-session-id') ?? null))
  })
  .get('/responses/:id', async (c) => {
    if (c.req.query('stream') === 'true') {
      throw new AppError('invalid_request', "Invalid 'stream': a kept response is not streamed again", {
        param: 'stream',
      })
    }
    return c.json((await readKept(scopeOf(c), c.req.param('id'))).body)
  })
  .delete('/responses/:id', async (c) => {
    const id = c.req.param('id')
    await readKept(scopeOf(c), id)
    await responseObject(scopeOf(c), id).forget()
    return c.json({ id, object: 'response.deleted', deleted: true })
  })
  .post('/responses/:id/cancel', async (c) => {
    const id = c.req.param('id')
    const { body } = await readKept(scopeOf(c), id)
    if (body['background'] !== true) {
      throw new AppError('invalid_request', `Response ${id} is not made in the background`, {
        param: 'response_id',
      })
    }
    if (body['status'] !== 'queued' && body['status'] !== 'in_progress') return c.json(body)
    const cancelled = { ...body, status: 'cancelled' }
    await responseObject(scopeOf(c), id).progress(JSON.stringify(cancelled), true)
    return c.json((await readKept(scopeOf(c), id)).body)
  })
  .get('/responses/:id/input_items', async (c) => {
    const wanted = checked(inputItemsPage, c.req.query())
    const { input, context } = await readKept(scopeOf(c), c.req.param('id'))
    return c.json(pageOf([...context, ...input], wanted))
  })

const item = z.record(z.string(), z.unknown())

/** A page of items in OpenAI's form. */
function pageOf(items: readonly unknown[], { order, limit, after }: z.infer<typeof inputItemsPage>) {
  const named = z.array(item).parse(items)
  const ordered = order === 'desc' ? named.toReversed() : named
  const start = after === undefined ? 0 : ordered.findIndex((one) => one['id'] === after) + 1
  const data = ordered.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: start + limit < ordered.length,
  }
}
