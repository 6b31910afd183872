import { describe, expect, it } from 'vitest'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'

const PARAMETERS = { type: 'object', properties: { q: { type: 'string' } } }
const TOOL = {
  name: 'find',
  description: 'Finds',
  kind: 'http',
  url: 'https://api.example.com/{q}?key={{secret.KEY}}',
  parameters: PARAMETERS,
}
const define = (...tools: object[]) => ({ tools: { define: tools } })
const withTool = (fields: object) => define({ ...TOOL, ...fields })
const allowing = (host: string) => ({ tools: { http: { allow: [host] } } })

describe('tools of a configuration', () => {
  it('are none where nothing is said', () => {
    expect(decodeConfig({}).tools).toEqual({ allow: [], define: new Map() })
  })

  it('have defaults', () => {
    const mcp = { name: 'far', description: '查找', kind: 'mcp', url: 'https://mcp.example.com/' }
    const { tools } = decodeConfig({
      tools: { http: { allow: ['API.example.com'] }, ...define(TOOL, mcp).tools },
    })
    expect(tools.allow).toEqual(['api.example.com'])
    expect(tools.define.get('find')).toEqual({
      name: 'find',
      description: 'Finds',
      parameters: PARAMETERS,
      result: null,
      timeoutMs: 30_000,
      sideEffect: 'none',
      work: { kind: 'http', method: 'GET', url: TOOL.url, headers: {}, query: null, body: null },
    })
    expect(tools.define.get('far')).toMatchObject({
      parameters: { type: 'object' },
      work: { kind: 'mcp', tool: 'far', headers: {} },
    })
  })

  it.each([
    ['a host of its own network', allowing('10.0.0.1'), 'tools.http.allow[0]'],
    ['a name of its own network', allowing('db.internal'), 'tools.http.allow[0]'],
    ['an address in the place of a host', allowing('https://api.example.com/'), 'tools.http.allow[0]'],
    ['a star within a host', allowing('api.*.com'), 'tools.http.allow[0]'],
    ['all hosts', allowing('*'), 'tools.http.allow[0]'],
    ['another kind', withTool({ kind: 'code' }), 'tools.define[0].kind'],
    ['a name that hosts do not take', withTool({ name: 'a b' }), 'tools.define[0].name'],
    ['a name that is built in', withTool({ name: 'transform' }), 'tools.define[0].name'],
    ['a name twice', define(TOOL, TOOL), 'tools.define[1].name'],
    ['an address within', withTool({ url: 'https://127.1.2.3.nip.internal/' }), 'tools.define[0].url'],
    ['http', withTool({ url: 'http://api.example.com/' }), 'tools.define[0].url'],
    ['a host for the caller to say', withTool({ url: 'https://{q}/' }), 'tools.define[0].url'],
    ['half a host for the caller to say', withTool({ url: 'https://a.{q}.com/' }), 'tools.define[0].url'],
    ['a secret in the host', withTool({ url: 'https://{{secret.KEY}}.example.com/' }), 'tools.define[0].url'],
    ['a placeholder of no argument', withTool({ headers: { 'x-a': '{p}' } }), 'tools.define[0].headers.x-a'],
    ['one within its body', withTool({ method: 'POST', body: { a: ['{p}'] } }), 'tools.define[0].body.a[0]'],
    ['a body of GET', withTool({ body: { a: 1 } }), 'tools.define[0].body'],
    ['a secret of no name', withTool({ headers: { a: '{{secret.key}}' } }), 'tools.define[0].headers.a'],
    ['a header of no name', withTool({ headers: { 'a b': 'x' } }), 'tools.define[0].headers["a b"]'],
    ['parameters of another type', withTool({ parameters: { type: 'array' } }), 'tools.define[0].parameters'],
    ['an expression that is none', withTool({ result: 'a[' }), 'tools.define[0].result'],
    ['too long a time', withTool({ timeout_ms: 200_000 }), 'tools.define[0].timeout_ms'],
    ['a field too many', withTool({ script: 'rm' }), 'tools.define[0].script'],
  ])('may not have %s', (_what, document, path) => {
    expect(formFaults(document).map((fault) => fault.path)).toContain(path)
  })
})
