import { contentWords, isChinese } from './prose.ts'
import type { Question } from './question.ts'

/** How a planner is recognised: the beginning of its orders. */
const PLANNER = 'You plan how a team of agents'
const AGENT_LINE = /^- (\S+) \(skills: ([^;)]*)[^)]*\): ?(.*)$/gm

type Agent = { id: string; skill: string; words: ReadonlySet<string> }
/** `about`: what a listed item is to be done with; empty for what is no item. */
type Clause = { text: string; about: string; waits: boolean }
type Task = {
  id: string
  title: string
  kind: string
  depends_on: readonly string[]
  needs: object
  input: object
}

/** What people ask for, by the skill that it takes. */
const ASKED: readonly (readonly [string, RegExp])[] = [
  ['review', /\b(?:review|verify|proofread|check|audit)|审查|審查|审阅|检查|檢查|校对|校對|核对|评审/i],
  ['data', /\b(?:data|sql|csv|table|statistic|analy[sz]e|chart)|数据|數據|统计|統計|分析|表格|图表/i],
  ['coding', /\b(?:code|program|script|implement|refactor|debug|api)\b|代码|代碼|程序|程式|脚本|腳本|实现/i],
  [
    'research',
    /\b(?:research|find|compare|investigate|look up|search|collect)|研究|调查|調查|查找|搜集|收集|比较|比較|资料|資料/i,
  ],
  [
    'writing',
    /\b(?:writ|draft|report|article|summar|translat|email|essay)|写|寫|撰|文章|报告|報告|总结|總結|翻译|翻譯|文案/i,
  ],
]
const MAX_PARTS = 4
const MAX_TITLE = 80

/**
 * The plan that a model makes of a goal which a planner's prompt asks it to plan: a task for each clause or listed line,
 * by the agent of the skill it takes, and one that makes the answer of them all. Null for any other question.
 */
export function samplePlan({ turns }: Question): { tasks: readonly Task[] } | null {
  const orders = turns.find(({ role, text }) => role === 'system' && text.includes(PLANNER))
  const goal = turns.find(({ role }) => role === 'user')?.text ?? ''
  if (!orders || goal.trim() === '') return null
  const agents = agentsIn(orders.text)
  const chinese = isChinese(goal)
  const parts = clausesIn(goal).slice(0, MAX_PARTS)
  const tasks: Task[] = []
  for (const { text, about, waits } of parts) {
    const dependsOn = waits ? tasks.map(({ id }) => id) : (tasks.at(-1)?.depends_on ?? [])
    tasks.push(taskFor(text, `part_${tasks.length + 1}`, dependsOn, { agents, chinese, about }))
  }
  const title = chinese ? '整合成最终答案' : 'The whole answer'
  const all = tasks.map(({ id }) => id)
  return { tasks: [...tasks, taskFor(title, 'answer', all, { agents, chinese, skill: 'writing' })] }
}

function agentsIn(orders: string): Agent[] {
  return Array.from(orders.matchAll(AGENT_LINE), ([, id = '', skills = '', description = '']) => ({
    id,
    skill: skills.split(',')[0]?.trim() ?? '',
    words: new Set(contentWords(`${id} ${skills} ${description}`.toLowerCase())),
  }))
}

type Setting = { agents: readonly Agent[]; chinese: boolean; about?: string; skill?: string }

function taskFor(text: string, id: string, dependsOn: readonly string[], setting: Setting): Task {
  const { agents, chinese, about = '', skill: wanted } = setting
  const whole = about === '' ? text : `${text}: ${about}`
  const asked = wanted ?? ASKED.find(([, words]) => words.test(whole))?.[0]
  const words = contentWords(whole.toLowerCase())
  const shared = (agent: Agent) => words.filter((word) => agent.words.has(word)).length
  const named = agents.toSorted((a, b) => shared(b) - shared(a))[0]
  const agent =
    agents.find(({ skill }) => skill === asked) ?? (named && shared(named) > 0 ? named : undefined)
  const instructions = chinese ? `${whole}。只做这一部分。` : `${whole}. Do this part only.`
  const inputs = dependsOn.map((each) => [each, { $ref: `tasks.${each}.output` }] as const)
  return {
    id,
    title: Array.from(text).slice(0, MAX_TITLE).join(''),
    kind: agent ? 'agent' : 'model',
    depends_on: dependsOn,
    needs: agent ? { skills: [agent.skill] } : {},
    input: { instructions, ...Object.fromEntries(inputs) },
  }
}

const LINE = /^\s*(?:[-*•·]|\d{1,2}[.)、．])\s*(\S.*)$/gm
const LINE_BEGIN = /^(?:[-*•·]|\d{1,2}[.)、．])/
const BETWEEN = /[.!?;。！？；\n]+\s*|,\s+|，|\band\b|(?=\bthen\b|然后|然後|接着|接著|最后|最後)/u
const WAITS =
  /^\s*(?:and )?(?:then|finally|afterwards|after that|next)\b|^(?:然后|然後|接着|接著|最后|最後|再)/i
/** Shorter clauses are pieces of an enumeration. In characters. */
const LEAST = { han: 4, other: 8 }

/** What a goal asks for, one after the other. */
function clausesIn(goal: string): Clause[] {
  const lines = Array.from(goal.matchAll(LINE), ([, line = '']) => line)
  const about = goal.split('\n')[0]?.trim() ?? ''
  if (lines.length > 1)
    return lines.map((text) => ({ text, about: LINE_BEGIN.test(about) ? '' : about, waits: false }))
  const clauses = goal
    .split(BETWEEN)
    .map((text) => ({ text: text.replace(WAITS, '').trim(), about: '', waits: WAITS.test(text) }))
    .filter(({ text }) => text.length >= (isChinese(text) ? LEAST.han : LEAST.other))
  return clauses.length > 0 ? clauses : [{ text: goal.trim(), about: '', waits: false }]
}
