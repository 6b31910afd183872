import type { AgentCard } from '../../agents/card.ts'
import { isRecord } from '../../core/canonical-json.ts'
import type { FoundFaults } from '../../core/found-faults.ts'
import { type Plan, PLAN_LIMITS } from '../../core/plan.ts'
import { findReferences } from '../plan/references.ts'
import { MAX_PLANNED_TASKS, PLANNED_KINDS, type Team } from './plan-prompt.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * What a planner wrote as a plan's document, as far as it is one: tasks with the fields that planners may use. Agents,
 * skills and tools that nobody has are dropped, and what is referred to is depended on; all else that is wrong is left
 * for the checks of plans to tell. Null where there are no tasks.
 */
export function mendPlan(written: unknown, goal: string | null, team: Team): Json | null {
  const tasks = tasksIn(written)
  if (!tasks) return null
  const known = knownIn(team)
  const ids = new Set(
    tasks.flatMap((task) => (isRecord(task) && typeof task['id'] === 'string' ? task['id'] : [])),
  )
  return { goal, tasks: tasks.map((task) => (isRecord(task) ? mendTask(task, ids, known) : task)) }
}

function tasksIn(written: unknown): readonly unknown[] | null {
  const plan = isRecord(written) && isRecord(written['plan']) ? written['plan'] : written
  const tasks: unknown = isRecord(plan) ? plan['tasks'] : plan
  return Array.isArray(tasks) && tasks.length > 0 ? tasks : null
}

/** `skillsOf`: ids and tags of an agent's skills; `once`: tools whose effect must not happen twice. */
type Known = {
  skillsOf: ReadonlyMap<string, ReadonlySet<string>>
  tools: ReadonlySet<string>
  once: ReadonlySet<string>
}

function knownIn({ agents, tools }: Team): Known {
  return {
    skillsOf: new Map(agents.map((card) => [card.id, skillsOf(card)])),
    tools: new Set([...tools.map(({ name }) => name), ...agents.flatMap((card) => card.tools)]),
    once: new Set(tools.flatMap(({ name, sideEffect }) => (sideEffect === 'once' ? name : []))),
  }
}

function skillsOf({ skills }: AgentCard): ReadonlySet<string> {
  return new Set(skills.flatMap(({ id, tags }) => [id, ...tags]))
}

function mendTask(task: Json, ids: ReadonlySet<string>, known: Known): Json {
  const before = textsIn(task['depends_on'])
  const input = inputOf(task, before)
  const referred = referredIn(input).filter((id) => id !== task['id'] && ids.has(id))
  const dependsOn = [...new Set([...before, ...referred])]
  const agent = agentOf(task, known)
  const needs = isRecord(task['needs']) ? task['needs'] : {}
  const tools = textsIn(needs['tools']).filter((name) => known.tools.has(name))
  const skills = skillsFor(textsIn(needs['skills']), agent, known)
  const title = task['title']
  return {
    id: task['id'],
    kind: kindOf(task['kind'], agent, skills, tools),
    depends_on: dependsOn,
    ...(typeof title === 'string' && { title: title.slice(0, PLAN_LIMITS.titleChars) }),
    needs: { skills, tools },
    ...(agent !== null && { assign: { agent } }),
    ...(tools.some((name) => known.once.has(name)) && { side_effect: 'once' }),
    input,
  }
}

/** Instructions may stand beside the input, or be all of it; what is depended on and not named is named. */
function inputOf(task: Json, dependsOn: readonly string[]): unknown {
  const { input } = task
  const beside = task['instructions'] ?? task['description'] ?? task['prompt']
  const given: Json = isRecord(input)
    ? input
    : input === undefined || input === null
      ? {}
      : { instructions: input }
  if (Object.hasOwn(given, '$ref') || task['kind'] === 'tool') return given
  const told =
    typeof beside === 'string' && given['instructions'] === undefined ? { instructions: beside } : {}
  const named = new Set(referredIn(given))
  const missing = dependsOn.filter((id) => !named.has(id) && !Object.hasOwn(given, id))
  return {
    ...told,
    ...given,
    ...Object.fromEntries(missing.map((id) => [id, { $ref: `tasks.${id}.output` }])),
  }
}

/** Ids of the tasks whose outputs are referred to. */
function referredIn(input: unknown): string[] {
  const found: string[] = []
  findReferences(input, [], ({ path }) => {
    const id = typeof path === 'string' ? /^tasks\.([\w-]+)/.exec(path)?.[1] : undefined
    if (id !== undefined) found.push(id)
  })
  return found
}

function agentOf({ assign }: Json, { skillsOf: agents }: Known): string | null {
  const agent = isRecord(assign) ? assign['agent'] : assign
  return typeof agent === 'string' && agents.has(agent) ? agent : null
}

/** As many of the skills, from the first on, as one agent has. */
function skillsFor(
  wanted: readonly string[],
  agent: string | null,
  { skillsOf: agents }: Known,
): readonly string[] {
  const own = agent === null ? undefined : agents.get(agent)
  const those = own ? [own] : [...agents.values()]
  const kept: string[] = []
  for (const skill of wanted) {
    if (those.some((has) => has.has(skill) && kept.every((each) => has.has(each)))) kept.push(skill)
  }
  return kept
}

/** Tools that are not there are nobody's to call; agents without a skill or a name are nobody in particular. */
function kindOf(
  kind: unknown,
  agent: string | null,
  skills: readonly string[],
  tools: readonly string[],
): unknown {
  if (kind === 'model' || kind === 'agent' || (kind === 'tool' && tools.length === 0)) {
    return agent === null && (skills.length === 0 || kind === 'model') ? 'model' : 'agent'
  }
  return kind
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

/** Tells what a planner must not do, beside what no plan may. */
export function checkPlanned({ tasks }: Plan, found: FoundFaults): void {
  if (tasks.length > MAX_PLANNED_TASKS) {
    found.add(['tasks'], 'too_many_tasks', `${tasks.length} tasks are more than ${MAX_PLANNED_TASKS}`)
  }
  const kinds: ReadonlySet<string> = new Set(PLANNED_KINDS)
  for (const [at, { work }] of tasks.entries()) {
    if (kinds.has(work.kind)) continue
    found.add(['tasks', at, 'kind'], 'invalid_value', `Expected one of ${PLANNED_KINDS.join(', ')}`)
  }
}
