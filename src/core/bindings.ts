/** A rule that gives work to an agent. All that it states must match; null, or no metadata: whatever it is. */
export type AgentBinding = {
  agent: string
  session: string | null
  user: string | null
  /** Id of an API key. */
  key: string | null
  metadata: Readonly<Record<string, string>>
  tool: string | null
  skill: string | null
}

/** Who asks for work, and where: nothing of this changes within a run. */
export type BindingScene = Pick<AgentBinding, 'session' | 'user' | 'key' | 'metadata'>
/** What work needs. */
export type BindingNeeds = { tools: readonly string[]; skills: readonly string[] }

/** The rules that may hold in a scene, the most specific first: where a name is stated, before all that state none. */
export function bindingsIn(bindings: readonly AgentBinding[], scene: BindingScene): readonly AgentBinding[] {
  return bindings.filter((one) => holdsIn(one, scene)).sort(bySpecificity)
}

/** Whom the first rule that fits gives work to; null where none does. @param bindings as `bindingsIn` gives them */
export function boundAgent(
  bindings: readonly AgentBinding[],
  { tools, skills }: BindingNeeds,
): string | null {
  const found = bindings.find(
    ({ tool, skill }) =>
      (tool === null || tools.includes(tool)) && (skill === null || skills.includes(skill)),
  )
  return found?.agent ?? null
}

function holdsIn({ session, user, key, metadata }: AgentBinding, scene: BindingScene): boolean {
  return (
    (session === null || session === scene.session) &&
    (user === null || user === scene.user) &&
    (key === null || key === scene.key) &&
    Object.entries(metadata).every(([name, value]) => ownText(scene.metadata, name) === value)
  )
}

function ownText(metadata: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(metadata, name) ? (metadata[name] ?? null) : null
}

function bySpecificity(a: AgentBinding, b: AgentBinding): number {
  const [left, right] = [ranksOf(a), ranksOf(b)]
  const at = left.findIndex((rank, index) => rank !== right[index])
  return at < 0 ? 0 : (right[at] ?? 0) - (left[at] ?? 0)
}

const stated = (value: string | null) => Number(value !== null)

function ranksOf({ session, user, key, metadata, tool, skill }: AgentBinding): readonly number[] {
  return [
    stated(session),
    stated(user),
    stated(key),
    Object.keys(metadata).length,
    stated(tool),
    stated(skill),
  ]
}
