import { describe, expect, it } from 'vitest'
import { EVEN_SHARE } from '../../../src/core/routing.ts'
import { configOf } from '../../../src/env.ts'
import { accountsOf, hostAccounts, keysIn } from '../../../src/providers/accounts.ts'
import { liveHosts } from '../../../src/providers/live-hosts.ts'
import { withAccounts } from '../../../src/route/catalog/accounts.ts'
import { model, offer } from '../route/builders.ts'

const set = (accounts: readonly object[], variables: Record<string, string> = {}) =>
  configOf({ ...variables, HOST_ACCOUNTS: JSON.stringify(accounts) })
const simulated = { SIMULATED_HOSTS_URL: 'http://127.0.0.1:9' }

describe('keys in one variable', () => {
  it('are accounts of their own, in order', () => {
    const live = liveHosts(configOf({ OPENAI_API_KEY: 'sk-a, sk-b,,sk-c' }))
    expect([...live].map(([id, { access }]) => [id, 'apiKey' in access && access.apiKey])).toEqual([
      ['openai', 'sk-a'],
      ['openai-2', 'sk-b'],
      ['openai-3', 'sk-c'],
    ])
    expect([...live.values()].map(({ access }) => access.host.id)).toEqual(['openai', 'openai', 'openai'])
  })

  it('are none where there are only commas', () => {
    expect(keysIn(' , ')).toEqual([])
    expect(liveHosts(configOf({ OPENAI_API_KEY: ',' })).size).toBe(0)
  })
})

describe('HOST_ACCOUNTS', () => {
  it('makes another account of a host, with a key and an address of its own', () => {
    const eu = {
      id: 'openai-eu',
      host: 'openai',
      api_key: 'sk-eu',
      base_url: 'https://eu.api.openai.com/v1/',
    }
    const live = liveHosts(set([{ ...eu, weight: 2, rpm: 60 }], { OPENAI_API_KEY: 'sk-a' }))
    expect(live.get('openai')).toMatchObject({ access: { apiKey: 'sk-a' }, share: EVEN_SHARE })
    expect(live.get('openai-eu')).toMatchObject({
      simulated: false,
      access: { host: { id: 'openai' }, apiKey: 'sk-eu', baseUrl: 'https://eu.api.openai.com/v1' },
      share: { ...EVEN_SHARE, weight: 2, requestsPerMinute: 60 },
    })
  })

  it('sets the limits of an account that keys have opened', () => {
    const limits = [
      { id: 'openai', host: 'openai', tpm: 9_000 },
      { id: 'openai-2', host: 'openai', priority: 1 },
    ]
    const live = liveHosts(set(limits, { OPENAI_API_KEY: 'sk-a,sk-b' }))
    expect(live.get('openai')).toMatchObject({
      access: { apiKey: 'sk-a' },
      share: { tokensPerMinute: 9_000 },
    })
    expect(live.get('openai-2')).toMatchObject({ access: { apiKey: 'sk-b' }, share: { priority: 1 } })
    expect(live.size).toBe(2)
  })

  it('simulates accounts without key and address where hosts are simulated, and else has none of them', () => {
    const accounts = [{ id: 'second', host: 'google' }]
    expect(liveHosts(set(accounts, simulated)).get('second')).toMatchObject({
      simulated: true,
      access: { baseUrl: 'http://127.0.0.1:9/google/v1beta', apiKey: 'sk-simulated' },
    })
    expect(liveHosts(set(accounts)).has('second')).toBe(false)
  })

  it("never sends one account's key to another's address", () => {
    const at = { host: 'openai', base_url: 'https://proxy.example/v1' }
    const live = liveHosts(set([{ ...at, id: 'proxy' }], { OPENAI_API_KEY: 'sk-a', ...simulated }))
    expect(live.get('proxy')).toMatchObject({
      simulated: false,
      access: { apiKey: 'none', baseUrl: at.base_url },
    })
    const local = { id: 'shed', base_url: 'http://shed/v1', api_key: 'shed-key', models: [{ id: 'm' }] }
    const replica = { id: 'shed-2', host: 'shed', base_url: 'http://shed2/v1' }
    const servers = liveHosts(set([replica], { LOCAL_HOSTS: JSON.stringify([local]) }))
    expect(servers.get('shed')).toMatchObject({ access: { apiKey: 'shed-key' } })
    expect(servers.get('shed-2')).toMatchObject({ access: { apiKey: 'none', baseUrl: replica.base_url } })
  })

  it('opens clouds in other regions and under other keys', () => {
    const accounts = [
      { id: 'bedrock-eu', host: 'bedrock', region: 'eu-west-1' },
      { id: 'azure-2', host: 'azure', api_key: 'az-2', base_url: 'https://two.openai.azure.com/openai/v1' },
    ]
    const live = liveHosts(set(accounts, { AWS_BEARER_TOKEN_BEDROCK: 'bed' }))
    const addresses = [...live].map(([id, { access }]) => [id, access.baseUrl])
    expect(Object.fromEntries(addresses)).toEqual({
      bedrock: 'https://bedrock-runtime.us-east-1.amazonaws.com/anthropic/v1',
      'bedrock-eu': 'https://bedrock-runtime.eu-west-1.amazonaws.com/anthropic/v1',
      'azure-2': 'https://two.openai.azure.com/openai/v1',
    })
    expect(live.get('azure-2')?.access).toMatchObject({ signer: expect.anything() })
  })
})

describe('bad accounts', () => {
  const SECRET = 'sk-hunter2'
  const good = { id: 'mine', host: 'openai', api_key: SECRET }

  it.each<[string, object, string]>([
    ['an id that is a host', { id: 'groq' }, 'id'],
    ["an id that is another host's account", { id: 'xai-2' }, 'id'],
    ['a host nobody knows', { host: 'nowhere' }, 'host'],
    ['no weight', { weight: 0 }, 'weight'],
    ['a negative limit', { rpm: -1 }, 'rpm'],
    ['half a token', { tpm: 0.5 }, 'tpm'],
    ['an address of another kind', { base_url: `ftp://${SECRET}` }, 'base_url'],
    ['a region that is no name', { region: 'eu.evil.example/' }, 'region'],
    ['a key that has no place', { host: 'vertex' }, 'api_key'],
    ['a resource without an address', { host: 'azure' }, 'base_url'],
    ['a key that is none', { api_key: [SECRET] }, 'api_key'],
    ['no models', { models: [] }, 'models'],
    ['an unknown field', { key: SECRET }, '1'],
  ])('are refused with the path: %s', (_, wrong, field) => {
    const keys = { XAI_API_KEY: `${SECRET}-1,${SECRET}-2` }
    const refusal = () =>
      set(
        [
          { id: 'first', host: 'openai', api_key: SECRET },
          { ...good, ...wrong },
        ],
        keys,
      )
    expect(refusal).toThrow('HOST_ACCOUNTS')
    expect(refusal).toThrow(new RegExp(`\\[1\\]${field === '1' ? '' : `\\.${field}`}`))
    expect(refusal).not.toThrow(SECRET)
  })

  it('are refused when a name is there twice', () => {
    expect(() => set([good, good])).toThrow('HOST_ACCOUNTS[1].id')
  })
})

describe('withAccounts', () => {
  const MODELS = [
    model('v/a', { offers: [offer('openai', { hostModelId: 'a' }), offer('groq')] }),
    model('v/b', { offers: [offer('openai')] }),
  ]
  const sellers = (accounts: Parameters<typeof accountsOf>[1]) =>
    withAccounts(MODELS, accountsOf(new Map(), accounts)).map(({ offers }) => offers.map(({ host }) => host))

  it('has every account sell what its host sells, as its host does', () => {
    const [a] = withAccounts(MODELS, [{ id: 'mine', host: 'openai', models: null }])
    expect(a?.offers.map(({ host }) => host)).toEqual(['openai', 'mine', 'groq'])
    expect(a?.offers[1]).toEqual({ ...a?.offers[0], host: 'mine' })
  })

  it('keeps an account to the models it is said to serve', () => {
    const only = hostAccounts.parse([
      { id: 'openai', host: 'openai', models: ['v/b'] },
      { id: 'mine', host: 'openai', models: ['*/a'] },
    ])
    expect(sellers(only)).toEqual([['mine', 'groq'], ['openai']])
  })

  it('leaves the catalog as it is where there is nothing to add', () => {
    expect(withAccounts(MODELS, accountsOf(new Map([['openai', ['sk']]]), []))).toBe(MODELS)
  })
})
