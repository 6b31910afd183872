import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOverlapRemover, type Joined } from '../../../src/execute/overlap.ts'

/** What a continuation adds to a text, however it is cut into deltas; null when it began anew. */
function added(partial: string, deltas: readonly string[]): string | null {
  const remover = createOverlapRemover(partial)
  const pieces: Joined[] = [...deltas.map((delta) => remover.add(delta)), remover.end()]
  return pieces.some(({ beganAnew }) => beganAnew) ? null : pieces.map(({ text }) => text).join('')
}

function cutAt(text: string, cuts: readonly number[]): string[] {
  const places = [...cuts.map((cut) => cut % (text.length + 1)), 0, text.length].sort((a, b) => a - b)
  return places.slice(1).map((place, at) => text.slice(places[at], place))
}

/** A text of different words, so that no part of it comes twice by chance. */
function textOf(alphabet: readonly string[], glue: readonly string[], wordLength: number) {
  const word = fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: wordLength })
  const words = fc.uniqueArray(
    word.map((letters) => letters.join('')),
    { minLength: 6, maxLength: 30, selector: (each) => each.slice(0, 3) },
  )
  return fc
    .tuple(words, fc.array(fc.constantFrom(...glue), { minLength: 30, maxLength: 30 }))
    .map(([said, glued]) => said.map((each, at) => each + (glued[at] ?? '')))
}

const LATIN = 'abcdefghijklmnopqrstuvwxyzéüß0123456789'.split('')
const HAN =
  '天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏閏餘成歲律呂調陽雲騰致雨露結爲霜金生麗水玉出崑岡劍號巨闕珠稱夜光果珍李柰菜重芥薑'.split(
    '',
  )
const EMOJI = [
  '😀',
  '👩‍👩‍👧',
  '🇹🇼',
  '🚃',
  '👍🏽',
  '🧪',
  '☂️',
  '🥐',
  '🪐',
  '🦔',
  '🎛',
  '🗻',
  '🫧',
  '🧭',
  '🪁',
  '🛶',
  '🪶',
  '🍋',
]
const TEXTS = {
  ascii: textOf(LATIN, [' ', ', ', '. ', '.\n\n', '\n- ', ' — '], 9),
  cjk: fc
    .shuffledSubarray(HAN, { minLength: 24 })
    .map((characters) => characters.map((each, at) => (at % 9 === 8 ? `${each}，` : each))),
  emoji: fc.shuffledSubarray(EMOJI, { minLength: 12 }),
}
const anyWhere = fc.array(fc.nat(), { maxLength: 12 })

describe('createOverlapRemover', () => {
  it.each(Object.entries(TEXTS))('joins %s to exactly the text it was cut from', (_name, words) => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), anyWhere, (pieces, cut, back, cuts) => {
        const text = pieces.join('')
        const at = 1 + (cut % (text.length - 1))
        const starts = pieces.map((_, index) => pieces.slice(0, index).join('').length)
        const early = starts.filter((start) => at - start >= 14)
        fc.pre(early.length > 0)
        const start = early[back % early.length] ?? 0
        const [partial, rest] = [text.slice(0, at), text.slice(at)]
        expect(added(partial, cutAt(text.slice(start), cuts))).toBe(rest)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(Object.entries(TEXTS))('leaves %s alone that repeats nothing', (_name, words) => {
    fc.assert(
      fc.property(words, fc.nat(), anyWhere, (pieces, cut, cuts) => {
        const at = 1 + (cut % (pieces.length - 1))
        const [partial, rest] = [pieces.slice(0, at).join(''), pieces.slice(at).join('')]
        fc.pre(!rest.startsWith(partial.trim()))
        expect(added(partial, cutAt(rest, cuts))).toBe(rest)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['a cut word repeated whole', 'We saw the quick brown fo', 'quick brown fox jump.', 'x jump.'],
    ['a line break before it', 'We saw the quick brown fo', '\n\nquick brown fox jump.', 'x jump.'],
    ['dots before it', 'We saw the quick brown fo', '… quick brown fox jump.', 'x jump.'],
    ['dots in single steps', 'We saw the quick brown fo', '...the quick brown fox', 'x'],
    ['the last sentence', 'One. Two is here. Three is', 'Two is here. Three is it.', ' it.'],
    ['a blank that is there already', 'We saw the ', ' fox', 'fox'],
    ['a paragraph that is open already', 'It was so.\n\n', '\n\nBut then', 'But then'],
    ['indentation after a line break', 'def f():\n', '    return 1', '    return 1'],
    ['four Chinese characters', '我們走到海邊看日出', '海邊看日出，然後回家', '，然後回家'],
    ['a short beginning', 'Yes,', 'Yes, it is.', ' it is.'],
    ['the whole of it', 'A tale of two cities. It was the', 'A tale of two cities. It was the best', ' best'],
  ])('takes out %s', (_name, partial, continuation, rest) => {
    expect(added(partial, [continuation])).toBe(rest)
    expect(added(partial, continuation.split(''))).toBe(rest)
  })

  it.each([
    ['words that are alike by accident', 'It is in the', ' in the box'],
    ['the end of another word', 'an unconditional', 'conditional love'],
    ['the next entry of a list', '- **Name**: Ann\n- **Age**: 30\n\n', '- **Name**: Bob\n'],
    ['the first word of the text', 'The cat sat. The dog ran. ', 'The owl flew.'],
    ['nothing at all', 'The cat sat.', ''],
  ])('does not take out %s', (_name, partial, continuation) => {
    expect(added(partial, continuation.split(''))).toBe(continuation)
  })

  it('notices an answer that begins anew, and gives nothing of it', () => {
    const partial = 'Photosynthesis is how plants turn light into sugar. It happens in chloroplasts, which'
    const anew = 'Photosynthesis is how plants turn light into energy. They use chlorophyll for that.'
    const remover = createOverlapRemover(partial)
    const joined = anew.split('').map((letter) => remover.add(letter))
    expect(joined.map(({ text }) => text).join('')).toBe('')
    expect(joined.at(-1)?.beganAnew).toBe(true)
    expect(remover.end().beganAnew).toBe(true)
  })

  it('notices one that breaks off before it goes beyond what is there', () => {
    expect(
      added('光合作用是植物把光變成糖的過程，它發生在葉綠體裡，', ['光合作用是植物把光變成糖的過程，它發生']),
    ).toBeNull()
  })

  it('holds nothing back longer than it may be a repeat', () => {
    const remover = createOverlapRemover('The harbour was quiet at night, and the')
    expect(remover.add(' qui').text).toBe('')
    expect(remover.add('ll').text).toBe(' quill')
    expect(remover.add(' was').text).toBe(' was')
  })

  it('passes on what follows nothing', () => {
    expect(createOverlapRemover('').add(' Hello')).toEqual({ text: ' Hello', beganAnew: false })
    expect(createOverlapRemover('\n').add(' Hello')).toEqual({ text: ' Hello', beganAnew: false })
  })

  it('does not wait for ever for a model that writes blanks', () => {
    const remover = createOverlapRemover('The harbour was quiet')
    const blanks = ' '.repeat(1_000)
    const passed = Array.from({ length: 10 }, () => remover.add(blanks).text).join('')
    expect(passed.length).toBeGreaterThan(5_000)
  })
})
