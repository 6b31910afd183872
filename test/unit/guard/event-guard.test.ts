import { describe, expect, it } from 'vitest'
import type { ContentEvent } from '../../../src/core/chat.ts'
import { createEventGuard } from '../../../src/guard/event-guard.ts'
import type { TextGuard } from '../../../src/guard/text-guard.ts'
import { textGuard } from './guardrails.ts'

const EMAILS = textGuard({ kind: 'pii', entities: ['email', 'phone'] }, 'mask', 'emails')

function guarded(events: readonly ContentEvent[], guards: readonly TextGuard[] = [EMAILS]): ContentEvent[] {
  const guard = createEventGuard(guards)
  return [...events.flatMap((event) => guard.push(event)), ...guard.end()]
}

describe('createEventGuard', () => {
  it('masks what comes in two pieces, each choice for itself', () => {
    const left = guarded([
      { type: 'text-delta', text: 'Write to jo@mail' },
      { type: 'text-delta', text: 'Nobody', choice: 1 },
      { type: 'text-delta', text: '.example now' },
    ])
    const textOf = (choice: number) =>
      left
        .map((event) => (event.type === 'text-delta' && (event.choice ?? 0) === choice ? event.text : ''))
        .join('')
    expect([textOf(0), textOf(1)]).toEqual(['Write to [EMAIL] now', 'Nobody'])
  })

  it('masks the arguments of a call when it is whole, and leaves them JSON', () => {
    const start = { type: 'tool-call-start', index: 0, id: 'c', name: 'mail' } as const
    expect(
      guarded([
        start,
        { type: 'tool-call-delta', index: 0, argumentsJson: '{"to":["jo@mail' },
        { type: 'tool-call-delta', index: 0, argumentsJson: '.example"],"tel":13812345678,"n":1}' },
      ]),
    ).toEqual([
      start,
      { type: 'tool-call-delta', index: 0, argumentsJson: '{"to":["[EMAIL]"],"tel":"[PHONE]","n":1}' },
    ])
  })

  it('leaves a call alone in which nothing is found, to the last blank', () => {
    const call = { type: 'tool-call-delta', index: 0, argumentsJson: '{ "n": 1.0 }' } as const
    expect(guarded([call])).toEqual([call])
  })

  it('takes the seal off a thought that it changed', () => {
    const seal = {
      type: 'reasoning-seal',
      seal: { format: 'anthropic', kind: 'signature', data: 's' },
    } as const
    expect(guarded([{ type: 'reasoning-delta', text: 'jo@mail.example ' }, seal])).toEqual([
      { type: 'reasoning-delta', text: '[EMAIL] ' },
    ])
    expect(guarded([{ type: 'reasoning-delta', text: 'nobody ' }, seal])).toContainEqual(seal)
  })

  it('keeps the order of thoughts, words and calls', () => {
    const events: ContentEvent[] = [
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'text-delta', text: 'well' },
      { type: 'tool-call-start', index: 0, id: 'c', name: 'f' },
      { type: 'tool-call-delta', index: 0, argumentsJson: '{}' },
      { type: 'text-delta', text: 'then' },
    ]
    expect(guarded(events)).toEqual(events)
  })

  it('reads what a host wrote itself, and leaves out what it says of single tokens', () => {
    const relay: ContentEvent = {
      type: 'relay',
      text: 'data: …',
      read: () => [{ type: 'text-delta', text: 'jo@mail.example', logprobs: [{ token: 'jo' }] }],
    }
    expect(guarded([relay])).toEqual([{ type: 'text-delta', text: '[EMAIL]' }])
  })

  it('says that it is blocked, and by whom', () => {
    const guard = createEventGuard([
      EMAILS,
      textGuard({ kind: 'keywords', words: ['secret'] }, 'block', 'words'),
    ])
    guard.push({ type: 'text-delta', text: 'jo@mail.example has a secret to tell' })
    expect(guard.isBlocked()).toBe(true)
    expect(guard.findings()).toEqual([
      { id: 'emails', on: 'output', action: 'mask', found: ['email'], count: 1 },
      { id: 'words', on: 'output', action: 'block', found: ['keyword'], count: 1 },
    ])
  })
})
