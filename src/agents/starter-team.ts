import { type AgentCard, blankCard, type Skill } from './card.ts'
import { type AgentNode, nodeWith } from './node.ts'

/** The team that every tenant has out of the box; tags in English and Chinese, which goals are matched by. */
const TEAM: readonly AgentCard[] = [
  starter('planner', {
    name: 'Planner',
    prompt: 'You break a goal into the fewest steps that reach it. Name what each step needs and hands on.',
    skills: [
      skill(
        'planning',
        'Break a goal into steps, schedules and milestones',
        'plan roadmap schedule milestone strategy organise 规划 计划 步骤 安排 行程 路线图 拆解',
      ),
    ],
  }),
  starter('researcher', {
    name: 'Researcher',
    prompt: 'You find out what is known. Say where each fact is from, and what is not known.',
    skills: [
      skill(
        'research',
        'Find, compare and explain facts and sources',
        'research investigate find sources compare explain background market paper 研究 调查 查找 搜寻 资料 来源 比较 解释 文献',
      ),
    ],
  }),
  starter('coder', {
    name: 'Coder',
    prompt: 'You write code that runs: complete, tested, and no more of it than is needed.',
    skills: [
      skill(
        'coding',
        'Write, fix and refactor programs and tests',
        'code program function bug debug fix refactor implement typescript python javascript api script 代码 程序 程式 编程 函数 调试 修复 重构 脚本',
      ),
    ],
  }),
  starter('data-engineer', {
    name: 'Data engineer',
    prompt: 'You work on data: queries, pipelines, statistics. State what you assume about it.',
    skills: [
      skill(
        'data',
        'Query, transform and analyse data and tables',
        'data sql query database table csv etl pipeline statistics analyse chart schema 数据 资料库 查询 表格 统计 分析 报表 图表',
      ),
    ],
  }),
  starter('writer', {
    name: 'Writer',
    prompt: 'You write for the reader at hand: clear, in the language and tone that were asked for.',
    skills: [
      skill(
        'writing',
        'Draft, rewrite, translate and summarise texts',
        'write draft article email report blog story essay translate summarise summary rewrite 写作 撰写 文章 邮件 报告 翻译 摘要 总结 改写 文案 故事',
      ),
    ],
  }),
  starter('reviewer', {
    name: 'Reviewer',
    prompt:
      'You check work against what was asked. List what is wrong, why, and how to mend it; approve what is right.',
    skills: [
      skill(
        'review',
        'Check, verify and criticise work of others',
        'review check verify critique proofread audit quality test evaluate 审查 检查 审阅 验证 校对 评审 评估 核对',
      ),
    ],
  }),
  starter('tool-runner', {
    name: 'Tool runner',
    prompt: 'You reach the goal by calling the tools you are given. Report what they answered, nothing else.',
    skills: [
      skill(
        'tools',
        'Call tools and services and report what they answer',
        'tool call run execute fetch request webhook service automate 工具 调用 执行 运行 接口 自动化',
      ),
    ],
  }),
]

function starter(id: string, said: Pick<AgentCard, 'name' | 'prompt' | 'skills'>): AgentCard {
  const description = said.skills.map((one) => one.description).join('; ')
  return { ...blankCard(id, 'model'), trust: 'trusted', description, ...said }
}

/** `level`: below what an agent made for the work claims, which so comes first. */
function skill(id: string, description: string, tags: string): Skill {
  return { id, description, tags: tags.split(' '), examples: [], level: 0.7 }
}

/** By id. */
export const STARTERS: ReadonlyMap<string, AgentNode> = new Map(
  TEAM.map((card) => [card.id, { ...nodeWith(card, null, 0), isStarter: true }]),
)
