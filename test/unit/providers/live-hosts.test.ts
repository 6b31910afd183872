import { describe, expect, it } from 'vitest'
import { WIRE_FORMATS } from '../../../src/core/chat.ts'
import { ownAccount } from '../../../src/providers/accounts.ts'
import { bedrockAccess } from '../../../src/providers/bedrock.ts'
import { CLOUD_HOSTS, HOSTS } from '../../../src/providers/hosts.ts'
import { liveHosts, localServers } from '../../../src/providers/live-hosts.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { NOTHING } from './cloud-host.ts'

const simulator = 'http://127.0.0.1:9'
const bedrock =
  bedrockAccess({ AWS_BEARER_TOKEN_BEDROCK: 'key', AWS_REGION: 'us-east-1' }) ?? expect.unreachable()

describe('liveHosts', () => {
  it('has none without keys and without a simulator', () => {
    expect(liveHosts(NOTHING).size).toBe(0)
  })

  it('simulates every host that has no key, and calls the others for real', () => {
    const live = liveHosts({
      ...NOTHING,
      simulatedHostsUrl: simulator,
      accounts: [ownAccount('openai', 'sk-real')],
    })
    expect(live.size).toBe(HOSTS.length)
    expect(live.get('openai')).toMatchObject({
      simulated: false,
      access: { baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-real' },
    })
    expect(live.get('google')).toMatchObject({
      simulated: true,
      access: { baseUrl: `${simulator}/google/v1beta` },
    })
    expect([...live.values()].filter(({ simulated }) => !simulated)).toHaveLength(1)
  })

  it('never sends a real key to a simulated host', () => {
    const live = liveHosts({
      ...NOTHING,
      simulatedHostsUrl: simulator,
      accounts: [ownAccount('xai', 'xai-real')],
    })
    for (const { simulated, access } of live.values()) {
      if (simulated) expect(access).toMatchObject({ apiKey: 'sk-simulated' })
    }
  })

  it('needs the account beside the key of Workers AI', () => {
    const accounts = [ownAccount('workers-ai', 'token')]
    expect(liveHosts({ ...NOTHING, accounts }).has('workers-ai')).toBe(false)
    const live = liveHosts({ ...NOTHING, accounts, cloudflareAccountId: 'abc' })
    expect(live.get('workers-ai')?.access.baseUrl).toContain('/accounts/abc/')
  })

  it('adds servers of the operator, with or without a key', () => {
    const local = { id: 'ollama', base_url: 'http://localhost:11434/v1' }
    expect(liveHosts({ ...NOTHING, localHosts: [local] }).get('ollama')).toMatchObject({
      simulated: false,
      access: { baseUrl: local.base_url },
    })
  })

  it('speaks with a server of the operator in its own format', () => {
    const local = { id: 'mine', base_url: 'http://localhost:1234/v1' }
    const formats = [undefined, ...WIRE_FORMATS].map((format) => {
      const live = liveHosts({ ...NOTHING, localHosts: [{ ...local, format }] })
      return live.get('mine')?.access.host.formats.map((adapter) => adapter.format)
    })
    expect(formats).toEqual([['openai-chat'], ...WIRE_FORMATS.map((format) => [format])])
  })

  it('has the clouds that are set up, and simulates none', () => {
    const clouds = new Map([['bedrock', bedrock]])
    const live = liveHosts({ ...NOTHING, clouds, simulatedHostsUrl: simulator })
    expect(live.get('bedrock')).toMatchObject({
      simulated: false,
      access: { baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com/anthropic/v1' },
    })
    expect([live.has('vertex'), live.has('azure')]).toEqual([false, false])
  })

  it('leaves out a cloud whose address is not whole', () => {
    const clouds = new Map([['bedrock', { ...bedrock, place: {} }]])
    expect(liveHosts({ ...NOTHING, clouds }).size).toBe(0)
  })
})

describe('localServers', () => {
  const server = { id: 'mine', base_url: 'http://localhost:1234/v1', models: [{ id: 'm' }] }

  it('takes what a model can do', () => {
    const model = {
      id: 'm',
      tools: true,
      input_modalities: ['text', 'image'],
      structured_output: 'json_schema',
      reasoning_efforts: ['low', 'high'],
    }
    expect(localServers.parse([{ ...server, models: [model] }])).toMatchObject([{ models: [model] }])
  })

  it.each([
    { format: 'openai' },
    { base_url: 'ftp://localhost' },
    { models: [{ id: 'm', input_modalities: ['smell'] }] },
    { models: [{ id: 'm', reasoning_efforts: [] }] },
    { models: [{ id: 'm', temperature: 1 }] },
  ])('refuses %j', (wrong) => {
    expect(localServers.safeParse([{ ...server, ...wrong }]).success).toBe(false)
  })
})

it('knows every host of the catalog', () => {
  const known = new Set([...HOSTS, ...CLOUD_HOSTS].map(({ id }) => id))
  const sellers = new Set(CATALOG.flatMap(({ offers }) => offers.map(({ host }) => host)))
  expect([...sellers].filter((host) => !known.has(host))).toEqual([])
  expect(sellers.size).toBeGreaterThanOrEqual(8)
})
