import type { AttemptOrder } from '../attempt.ts'
import { isChinese, type TaskPrompt, taskPrompt } from './task-prompt.ts'

const ENGLISH = {
  reduce:
    'Several did parts of one piece of work; what they gave stands between tags. Make of it the one answer to the goal. ' +
    'Keep what is right and useful, settle contradictions on their merits, and say where one stays open. The answer stands ' +
    'on its own: it does not speak of parts or of those who did them.',
  missing: (names: string) =>
    `These parts are missing, as nobody could do them: ${names}. Do not make them up; say in the answer what it does without.`,
}

const CHINESE = {
  reduce:
    '多人分别完成了一项工作的各个部分，其成果在标签之间。请据此写出对目标的唯一最终回答：保留正确而有用的内容，根据事实解决矛盾，' +
    '无法解决时如实说明。回答应当独立成篇，不要提及各部分或其作者。',
  missing: (names: string) =>
    `以下部分缺失，因为无人能够完成：${names}。不要编造其内容；请在回答中说明缺少了什么。`,
}

/** Asks for one answer made of several outputs. `missing`: the names of those that are not there. */
export function reducePrompt(
  order: AttemptOrder,
  outputs: Readonly<Record<string, unknown>>,
  missing: readonly string[],
): TaskPrompt {
  const words = isChinese(order) ? CHINESE : ENGLISH
  const { system, ...prompt } = taskPrompt({ ...order, input: outputs }, false)
  const told = [words.reduce, system, ...(missing.length > 0 ? [words.missing(missing.join(', '))] : [])]
  return { ...prompt, system: told.join('\n\n') }
}
