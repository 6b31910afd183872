import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { readDocument, wantsYaml, yamlOf } from '../../../src/http/read-document.ts'

const sent = (body: string, type = 'application/yaml') =>
  readDocument(new Request('http://switchyard', { method: 'PUT', body, headers: { 'content-type': type } }))

async function refusal(body: string): Promise<AppError> {
  try {
    await sent(body)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('Nothing was refused')
}

const wants = (accept: string) => wantsYaml(new Request('http://switchyard', { headers: { accept } }))

describe('readDocument', () => {
  it.each(['application/yaml', 'application/x-yaml; charset=utf-8', 'text/yaml', 'Text/X-YAML'])(
    'reads %s as the same document in JSON',
    async (type) => {
      const yaml = 'num_retries: 0 # none\nfallbacks:\n  openai/gpt-4.1-mini: [auto]\nwhen: no\n'
      expect(await sent(yaml, type)).toEqual({
        num_retries: 0,
        fallbacks: { 'openai/gpt-4.1-mini': ['auto'] },
        when: 'no',
      })
    },
  )

  it('reads back every document it writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (json) => {
        const value: unknown = JSON.parse(json)
        const document = { value }
        expect(await sent(yamlOf(document))).toEqual(document)
      }),
    )
  })

  it.each([
    ['a: 1\nb: [', 2],
    ['a: 1\na: 2\n', 2],
    ['a: !!js/function "x"', 1],
    ['a: !secret x', 1],
    ['a: *nobody', 1],
  ])('refuses %j naming line %i', async (yaml, line) => {
    const { code, message } = await refusal(yaml)
    expect(code).toBe('invalid_yaml')
    expect(message).toMatch(new RegExp(`in line ${line}$`))
  })

  it('refuses aliases that are many values, or never end, and numbers JSON has not', async () => {
    const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`)
    const bomb = ['l0: &l0 [x]', ...levels].join('\n')
    for (const yaml of [bomb, 'a: &a [*a]', 'a: &a { b: *a }']) {
      expect((await refusal(yaml)).message).toContain('20000 values')
    }
    expect(await refusal('a:\n  - .inf')).toMatchObject({ code: 'invalid_request', param: 'a[0]' })
    expect((await refusal(`a: ${'x'.repeat(256 * 1024)}`)).code).toBe('request_too_large')
    expect((await refusal(`${'['.repeat(101)}${']'.repeat(101)}`)).code).toBe('invalid_yaml')
  })
})

describe('wantsYaml', () => {
  it('looks at what is wanted first', () => {
    expect(['application/yaml', 'text/yaml;q=1, */*'].map(wants)).toEqual([true, true])
    expect(['*/*', 'application/json, application/yaml'].map(wants)).toEqual([false, false])
  })
})
