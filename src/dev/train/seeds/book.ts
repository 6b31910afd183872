import { TASK_TYPES, type TaskType } from '../../../core/demand.ts'

export const SLOTS = ['theme', 'subject', 'language', 'role', 'classes'] as const
export type Slot = (typeof SLOTS)[number]

export type Templates = Readonly<Partial<Record<TaskType, readonly string[]>>>

/**
 * Prompts of one language for task types that have few permissively licensed ones. All of it was written for this
 * project. Traditional Chinese needs no book of its own: features are read from folded units.
 */
export type SeedBook = {
  /** What may stand in a template at `{theme}` and so on, between bars. */
  slots: Readonly<Record<Slot, string>>
  /** Material to work on, at `{text}`. */
  texts: readonly string[]
  /** What a prompt may open and close with, between bars; often nothing. */
  before: string
  after: string
  /** Besides slots and `{text}` they hold `{number}`. */
  templates: Templates
}

/** The templates of several collections, type by type. */
export function joinTemplates(...parts: readonly Templates[]): Templates {
  const joined: Partial<Record<TaskType, readonly string[]>> = {}
  for (const type of TASK_TYPES) {
    const all = parts.flatMap((part) => part[type] ?? [])
    if (all.length > 0) joined[type] = all
  }
  return joined
}
