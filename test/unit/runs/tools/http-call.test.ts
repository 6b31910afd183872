import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { httpCallOf } from '../../../../src/runs/tools/http-call.ts'

const NO_SECRETS: ReadonlyMap<string, string> = new Map()
const GET = { kind: 'http', method: 'GET', headers: {}, query: null, body: null } as const
const POST = { ...GET, method: 'POST', url: 'https://a.example.com/x' } as const

describe('httpCallOf', () => {
  it('never leaves the path that the template says, whatever the argument is', () => {
    const url = 'https://a.example.com/users/{id}/notes?by={id}'
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        fc.pre(id !== '.' && id !== '..')
        const made = new URL(httpCallOf({ ...GET, url }, { id }, NO_SECRETS).url)
        expect(made.origin).toBe('https://a.example.com')
        expect(made.pathname.split('/')).toHaveLength(4)
        expect(decodeURIComponent(made.pathname.split('/')[2] ?? '')).toBe(id.toWellFormed())
        expect([...made.searchParams]).toEqual([['by', id.toWellFormed()]])
      }),
    )
  })

  it.each(['', '.', '..'])("puts no '%s' in an address", (id) => {
    expect(() => httpCallOf({ ...GET, url: 'https://a.example.com/{id}' }, { id }, NO_SECRETS)).toThrow(
      "'id'",
    )
  })

  it('puts what no template names in the query, or in the body', () => {
    const url = 'https://a.example.com/{id}'
    const given = { id: 1, tags: ['a', 'b'], q: '茶', none: null }
    expect(httpCallOf({ ...GET, url }, given, NO_SECRETS)).toMatchObject({
      url: `https://a.example.com/1?tags=a&tags=b&q=${encodeURIComponent('茶')}`,
      body: null,
    })
    const posted = httpCallOf({ ...GET, method: 'POST', url }, given, NO_SECRETS)
    expect(posted).toMatchObject({
      url: 'https://a.example.com/1',
      headers: { 'content-type': 'application/json' },
    })
    expect(JSON.parse(posted.body ?? '')).toEqual({ tags: ['a', 'b'], q: '茶', none: null })
  })

  it('leaves out parameters and fields that nothing is given for', () => {
    const work = { ...POST, query: { a: '{a}', b: 'is {b}' }, body: { a: '{a}', list: ['{a}', 1] } }
    const made = httpCallOf(work, { b: 2 }, NO_SECRETS)
    expect(made.url).toBe('https://a.example.com/x?b=is+2')
    expect(made.body).toBe('{"list":[1]}')
  })

  it('writes a form where the header says so', () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const made = httpCallOf({ ...POST, headers }, { city: '北京', n: 2 }, NO_SECRETS)
    expect(made.body).toBe(`city=${encodeURIComponent('北京')}&n=2`)
  })

  it('lets no value end a header', () => {
    const work = { ...POST, headers: { 'x-a': '{a}' } }
    for (const a of ['b\r\nx-c: d', '茶']) expect(() => httpCallOf(work, { a }, NO_SECRETS)).toThrow("'x-a'")
  })

  it('reads no value that an object only inherits', () => {
    const work = { ...POST, body: { a: '{constructor}', b: '{toString}' } }
    expect(httpCallOf(work, {}, NO_SECRETS).body).toBe('{}')
  })
})
