import { describe, expect, it } from 'vitest'
import { createJournal } from '../../../src/dev/hosts/journal.ts'

describe('createJournal', () => {
  it('remembers the latest calls, oldest first', () => {
    const journal = createJournal(() => 0, 3)
    for (let at = 0; at < 20; at++) {
      journal.open({ host: 'h', model: String(at), path: '/', opening: '' })
      const expected = Array.from({ length: Math.min(at + 1, 3) }, (_, back) => String(at - back))
      expect(journal.list().map(({ model }) => model)).toEqual(expected.toReversed())
    }
  })

  it('tells of a call as it goes on', () => {
    const journal = createJournal(() => 0)
    const call = journal.open({ host: 'h', model: 'm', path: '/', opening: 'Say hello' })
    call.status = 200
    expect(journal.list()).toMatchObject([{ status: 200, opening: 'Say hello' }])
  })
})
