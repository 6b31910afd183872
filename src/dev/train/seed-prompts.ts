import { TASK_TYPES, type TaskType } from '../../core/demand.ts'
import { createRandom } from '../../learn/random.ts'
import { type SeedBook, type Slot, SLOTS } from './seeds/book.ts'
import { SEED_BOOKS } from './seeds/index.ts'

export type Seed = { text: string; label: TaskType; lang: string }

/** How often a template is filled, by language. */
const ROUNDS = new Map([
  ['en', 6],
  ['zh', 9],
])
const OTHER_ROUNDS = 2
/** One without anything to fill in is repeated, with other openings, this often. */
const PLAIN_ROUNDS = 3
/** Tasks that may be asked of somebody in a role. */
const ASKED_IN_ROLE: readonly TaskType[] = ['knowledge', 'writing', 'brainstorm']
const ROLE_ORDER = /^[^.。,，!！]*\{role\}[^.。,，!！]*[.。,，]/
const REQUEST = '{request}'

/** Prompts of every language and task type. `material` adds texts to work on, by language. */
export function fillSeeds(material: ReadonlyMap<string, readonly string[]>): Seed[] {
  const random = createRandom(7)
  return [...SEED_BOOKS].flatMap(([lang, book]) => fillBook(lang, book, material.get(lang) ?? [], random))
}

function fillBook(lang: string, book: SeedBook, material: readonly string[], random: () => number): Seed[] {
  const seeds: Seed[] = []
  const fill = slotFiller(book, material, random)
  const dress = dresser(lang, book, random)
  const rounds = ROUNDS.get(lang) ?? OTHER_ROUNDS
  for (const label of labelsOf(book)) {
    const own = book.templates[label] ?? []
    for (const template of label === 'roleplay' ? [...own, ...tasksInRole(own)] : own) {
      const times = template.includes('{') ? rounds : PLAIN_ROUNDS
      for (let round = 0; round < times; round += 1) {
        const filled = fill(template)
        const text = lang === 'en' && round % 3 === 1 ? filled.toLowerCase() : filled
        seeds.push({ text: label === 'chat' || round === 0 ? text : dress(text), label, lang })
      }
    }
  }
  return seeds
}

function labelsOf({ templates }: SeedBook): TaskType[] {
  const listed = new Set(Object.keys(templates))
  return TASK_TYPES.filter((type) => listed.has(type))
}

/** A role, then a task to do in that role: twice for each template that opens with a role. */
function tasksInRole(templates: readonly string[]): string[] {
  return templates.flatMap((template) => {
    const order = ROLE_ORDER.exec(template)?.[0]
    if (order === undefined) return []
    const joined = `${order}${/[。，]$/.test(order) ? '' : ' '}${REQUEST}`
    return [joined, joined]
  })
}

function picker(random: () => number): (list: readonly string[]) => string {
  return (list) => list[Math.floor(random() * list.length)] ?? ''
}

function slotFiller(
  book: SeedBook,
  material: readonly string[],
  random: () => number,
): (template: string) => string {
  const pick = picker(random)
  const requests = ASKED_IN_ROLE.flatMap((type) => book.templates[type] ?? [])
  const lists = new Map(SLOTS.map((slot): [Slot, string[]] => [slot, book.slots[slot].split('|')]))
  return (template) => {
    let text = template.replace(REQUEST, () => pick(requests))
    text = text.replaceAll('{number}', () => String(2 + Math.floor(random() * 11)))
    for (const [slot, list] of lists) text = text.replaceAll(`{${slot}}`, () => pick(list))
    return text.replaceAll('{text}', () =>
      pick(material.length > 0 && random() < 0.5 ? material : book.texts),
    )
  }
}

/** Puts an opening before a prompt and a closing after it. */
function dresser(lang: string, book: SeedBook, random: () => number): (text: string) => string {
  const pick = picker(random)
  const before = book.before.split('|')
  const after = book.after.split('|')
  return (text) => {
    const opening = pick(before)
    const continues = lang === 'en' && opening !== '' && !/[.!:?] $/.test(opening)
    const body = continues ? text.charAt(0).toLowerCase() + text.slice(1) : text
    return `${opening}${body}${pick(after)}`
  }
}
