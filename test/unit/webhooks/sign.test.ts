import { describe, expect, it } from 'vitest'
import { newSigningSecret, signatureHeaders } from '../../../src/webhooks/sign.ts'

describe('signatureHeaders', () => {
  it("signs as Standard Webhooks' own library does", async () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(await signatureHeaders(secret, message, 1_614_265_330_999)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
})

describe('newSigningSecret', () => {
  it('is 32 bytes of chance', () => {
    const [a, b] = [newSigningSecret(), newSigningSecret()]
    expect(a).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(a).not.toBe(b)
  })
})
