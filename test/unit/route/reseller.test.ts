import { expect, it } from 'vitest'
import { balanceHosts, chanceFor } from '../../../src/route/balance.ts'
import { eligible, hosts, hostState, model, shape } from './builders.ts'

it('is asked after the hosts it would go on to, which share the calls', () => {
  const one = model('v/a')
  const offers = ['resold', 'own', 'other'].map((host) => {
    const offer = eligible({ host, model: one.id })
    return { ...offer, candidate: { ...offer.candidate, model: one } }
  })
  const states = hosts('own', 'other').set('resold', hostState({ resells: true }))
  const [resold, ...makers] = offers
  if (!resold) throw new Error('nobody resells')
  const firsts = Array.from({ length: 100 }, (_, index) => {
    const chance = chanceFor(`dec_${index}`, shape(), undefined)
    const balance = { hosts: states, live: new Map(), pools: new Map(), taken: new Map(), ...chance }
    const order = balanceHosts([...makers, resold], new Set(), balance)
    expect(order.at(-1)).toBe(resold)
    return order[0]
  })
  expect(new Set(firsts)).toEqual(new Set(makers))
})
