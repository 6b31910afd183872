import { describe, expect, it } from 'vitest'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'

const faultAt = (document: object) => formFaults(document).map(({ path }) => path)

describe('origins', () => {
  it('are none unless named', () => {
    expect(decodeConfig({}).origins).toEqual([])
    const origins = ['https://app.example.com', 'http://localhost:3000', '*']
    expect(decodeConfig({ origins }).origins).toEqual(origins)
  })

  it.each(['https://app.example.com/', 'app.example.com', 'https://*.example.com/x', 'null', 'file://x', ''])(
    'are as browsers send them, not %j',
    (origin) => expect(faultAt({ origins: [origin] })).toEqual(['origins[0]']),
  )
})

describe('alert_url', () => {
  it('is nobody’s unless named', () => {
    expect(decodeConfig({}).alertUrl).toBeNull()
    expect(decodeConfig({ alert_url: 'https://hooks.example.com/x' }).alertUrl).toBe(
      'https://hooks.example.com/x',
    )
  })

  it.each(['http://hooks.example.com', 'https://10.0.0.1/', 'https://metadata.google.internal/', 'hooks'])(
    'leads outside, not to %s',
    (url) => expect(faultAt({ alert_url: url })).toEqual(['alert_url']),
  )
})
