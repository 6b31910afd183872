import { describe, expect, it } from 'vitest'
import { readJsonBody } from '../../../src/http/read-body.ts'

function read(body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return readJsonBody(new Request('https://switchyard.test/v1', { method: 'POST', headers, body }))
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('readJsonBody', () => {
  it('reads what is nested deep, and brackets in strings without end', async () => {
    await expect(read(nested(500))).resolves.toBeInstanceOf(Array)
    const text = `${'['.repeat(1_000)}\\"{`
    await expect(read(JSON.stringify({ [text]: [text, `${text}\\`, 'a'] }))).resolves.toEqual({
      [text]: [text, `${text}\\`, 'a'],
    })
  })

  it('refuses what is nested so deep that reading it would take the stack', async () => {
    const tooDeep = { code: 'invalid_request', message: 'The body is nested more than 500 levels deep' }
    await expect(read(nested(501))).rejects.toMatchObject(tooDeep)
    await expect(read(`{"a\\\\":"\\\\\\"","b":${nested(20_000)}}`)).rejects.toMatchObject(tooDeep)
  })

  it('leaves what is cut short to the parser', async () => {
    for (const body of ['"', '["a\\', ']]]', '{"a":"\\"']) {
      await expect(read(body)).rejects.toMatchObject({ code: 'invalid_json' })
    }
  })
})
