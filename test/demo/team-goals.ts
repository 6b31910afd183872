import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A prompt that somebody asked of a model, with what kind of task it is. */
export type Goal = { text: string; label: string; lang: string }

const LANGUAGES = ['en', 'zh'] as const
const EACH = 10
/** Long enough to be a goal, short enough to be shown. */
const CHARS = { least: 40, most: 1_200 }
/** Of these nobody knows what they ask for. */
const NOT_ASKED = new Set(['unsafe', 'safe_control', 'unlabelled', 'command', 'tool_use'])

/** Ten English and ten Chinese prompts, of as many kinds as there are. @throws where they are not */
export async function readGoals(folder: string): Promise<Goal[]> {
  const path = join(folder, 'tasktype/tasktype.jsonl.gz')
  if (!existsSync(path)) throw new Error(`No goals at ${path}: name the folder that has tasktype/`)
  const lines = gunzipSync(await readFile(path))
    .toString('utf8')
    .trim()
    .split('\n')
  const goals = lines
    .map((line): Goal => JSON.parse(line))
    .filter(({ text, label }) => isFit(text) && !NOT_ASKED.has(label))
  return LANGUAGES.flatMap((language) => spread(goals.filter(({ lang }) => lang === language)))
}

function isFit(text: string): boolean {
  return text.length <= CHARS.most && text.length >= CHARS.least
}

/** Marks of several parts: numbered or bulleted lines, or words that put one after or beside another. */
const PARTS =
  /^\s*(?:\d+[.)、．]|[-*•])|\b(?:then|compare|respectively|also|first|finally)\b|分别|然后|并且|同时|最后|比较|以及|[；;]/gim

function partsOf(text: string): number {
  return text.match(PARTS)?.length ?? 0
}

/** One of each kind by turns; half are those of most parts, which teams are for, the others from the middle of their kind. */
function spread(goals: readonly Goal[]): Goal[] {
  const kinds = [...Map.groupBy(goals, ({ label }) => label).values()]
  const many = kinds.map((kind) => kind.toSorted((a, b) => partsOf(b.text) - partsOf(a.text)))
  const chosen = new Set<Goal>()
  for (let round = 0; chosen.size < EACH && round < EACH; round += 1) {
    for (const [at, kind] of kinds.entries()) {
      const goal = (at + round) % 2 === 0 ? many[at]?.[round] : kind[(kind.length >> 1) + round]
      if (goal && chosen.size < EACH) chosen.add(goal)
    }
  }
  return [...chosen]
}
