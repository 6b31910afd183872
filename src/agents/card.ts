import type { Modality } from '../core/demand.ts'

/** `model`: a prompt and a model, run here. The others are at an address: called back, by A2A 1.0, or tools of MCP. */
export const AGENT_KINDS = ['model', 'http', 'a2a', 'mcp'] as const
/** How far an agent is trusted, the least first. */
export const TRUST_LEVELS = ['untrusted', 'standard', 'trusted'] as const
/** `tenant`: found by matching. `hidden`: only by its id. */
export const VISIBILITIES = ['tenant', 'hidden'] as const

/** What one tenant's agents may be. Sizes in items or characters, times in ms, contexts in tokens. */
export const AGENT_LIMITS = {
  /** With those of the starter team that were changed or removed. */
  agents: 100,
  skills: 32,
  tags: 16,
  examples: 8,
  tools: 128,
  idChars: 64,
  nameChars: 100,
  textChars: 2_000,
  exampleChars: 500,
  promptChars: 20_000,
  goalChars: 4_000,
  /** Of a whole card, as it is sent. */
  bytes: 65_536,
  capacity: 1_000,
  priority: 100,
  contextTokens: 10_000_000,
  minLeaseMs: 5_000,
  maxLeaseMs: 86_400_000,
  /** An agent is heard once within this. */
  heartbeatMs: 1_000,
} as const

/** Ids of agents, skills and tools begin with a letter or digit. */
export const AGENT_ID = /^[a-z0-9][a-z0-9._-]*$/

/** One thing an agent can do. `level`: how well, 0..1, as its owner claims. */
export type Skill = {
  id: string
  description: string
  tags: readonly string[]
  examples: readonly string[]
  level: number
}

/** What an agent says of itself. */
export type AgentCard = {
  id: string
  name: string
  description: string
  kind: (typeof AGENT_KINDS)[number]
  /** Of kind `model`: a model's name or `auto`, and what it is told; else null. */
  model: string | null
  prompt: string | null
  /** Of the other kinds: where it is. */
  url: string | null
  skills: readonly Skill[]
  input: readonly Modality[]
  output: readonly Modality[]
  /** Names of the tools it has. */
  tools: readonly string[]
  /** The tokens of context it takes, at least and at most; null for any. */
  minContext: number | null
  maxContext: number | null
  /** Of equally good ones the higher is taken, 0..100. */
  priority: number
  /** Tasks at one time. */
  capacity: number
  trust: (typeof TRUST_LEVELS)[number]
  /** What a task is likely to take; null where nobody has said. */
  costUsd: number | null
  latencyMs: number | null
  visibility: (typeof VISIBILITIES)[number]
  /** It is gone unless it is heard within this, in ms; null for one that need not report. */
  leaseMs: number | null
}

/** What a card says that says nothing more. */
export const blankCard = (id: string, kind: AgentCard['kind']): AgentCard => ({
  id,
  name: id,
  description: '',
  kind,
  model: kind === 'model' ? 'auto' : null,
  prompt: null,
  url: null,
  skills: [],
  input: ['text'],
  output: ['text'],
  tools: [],
  minContext: null,
  maxContext: null,
  priority: 0,
  capacity: 8,
  trust: 'standard',
  costUsd: null,
  latencyMs: null,
  visibility: 'tenant',
  leaseMs: null,
})
