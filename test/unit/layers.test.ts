import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../../src')

/** Which rooms each room may import. The picture in the README shows the same. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocols: ['core'],
  classify: ['core'],
  route: ['core', 'classify'],
  learn: ['core', 'classify', 'route'],
  providers: ['core'],
  stats: ['core'],
  execute: ['core', 'route', 'providers', 'stats'],
  collaborate: ['core', 'route', 'execute'],
  guard: ['core'],
  webhooks: ['core'],
  db: ['core'],
  record: ['core', 'db'],
  tenants: ['core', 'db'],
  agents: ['core', 'classify', 'route', 'db'],
  runs: ['core', 'agents', 'collaborate', 'execute', 'db'],
  http: [
    'core',
    'protocols',
    'classify',
    'route',
    'learn',
    'providers',
    'stats',
    'execute',
    'collaborate',
    'db',
    'record',
    'tenants',
    'agents',
    'runs',
    'guard',
    'webhooks',
    'env',
  ],
  env: ['agents', 'core', 'providers', 'runs', 'stats', 'tenants'],
  worker: ['env', 'http', 'record', 'agents', 'runs', 'stats', 'tenants'],
  dev: ['core', 'protocols', 'classify', 'route', 'learn'],
}

/** Packages that only some rooms may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  hono: ['http'],
  'drizzle-orm': ['db'],
  zod: ['protocols', 'providers', 'record', 'http', 'env', 'dev'],
  'eventsource-parser': ['providers'],
  'cloudflare:workers': ['agents', 'runs', 'stats', 'tenants'],
  jose: ['tenants'],
  'js-yaml': ['http'],
  aws4fetch: ['providers'],
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const edges = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8')
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"]*?from\s*'([^']+)'|\bimport\('([^']+)'\)/g)
  return Array.from(found, ([, named, called]) => ({
    file,
    from: roomOf(file),
    target: named ?? called ?? '',
  }))
})

function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '')
}

/** The room a relative import leads to; null for a package. */
function targetRoom({ file, target }: { file: string; target: string }): string | null {
  return target.startsWith('.') ? roomOf(relative(SRC, resolve(SRC, dirname(file), target))) : null
}

it('reads the whole source', () => {
  expect(files.length).toBeGreaterThan(60)
  expect(edges.length).toBeGreaterThan(files.length)
})

it('knows every room', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !MAY_IMPORT[room])).toEqual([])
})

it('lets rooms import only the rooms they are allowed to', () => {
  const wrong = edges.filter((edge) => {
    const to = targetRoom(edge)
    return to !== null && to !== edge.from && !MAY_IMPORT[edge.from]?.includes(to)
  })
  expect(wrong).toEqual([])
})

it('keeps packages in their rooms, and node out of the Worker', () => {
  const wrong = edges.filter((edge) => {
    if (targetRoom(edge) !== null) return false
    if (edge.target.startsWith('node:')) return edge.from !== 'dev'
    const name = Object.keys(PACKAGES).find(
      (known) => edge.target === known || edge.target.startsWith(`${known}/`),
    )
    return name === undefined || !PACKAGES[name]?.includes(edge.from)
  })
  expect(wrong).toEqual([])
})

it('imports zod as a namespace, which leaves its locales out of the bundle', () => {
  const named = files.filter((file) =>
    /import\s*\{[^}]*\}\s*from 'zod'/.test(readFileSync(join(SRC, file), 'utf8')),
  )
  expect(named).toEqual([])
})

it('keeps clocks, chance and the network out of pure rooms', () => {
  const pure = files.filter(
    (file) =>
      ['core', 'protocols', 'classify', 'route', 'stats', 'guard', 'agents', 'runs'].includes(roomOf(file)) &&
      !file.endsWith('-object.ts'),
  )
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.|\bfetch\(|\bsetTimeout\(/
  expect(pure.length).toBeGreaterThan(30)
  expect(pure.filter((file) => impure.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([])
})
