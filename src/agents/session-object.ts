import { DurableObject } from 'cloudflare:workers'

/** How long a session is remembered after its last answer. */
const SESSION_TTL_MS = 24 * 60 * 60 * 1_000

/** Who worked together on an answer, by model id: the stages of a cascade, or a panel's members. */
type SessionCollaboration = { pattern: 'cascade' | 'panel' | 'fusion'; models: readonly string[] }

/** An answer in a session: by whom, at what time (Unix ms), by which decision, and the gist of what was asked. */
export type SessionAnswer = {
  modelId: string
  host: string
  answeredAt: number
  decisionId?: string
  gist?: readonly number[]
  collaboration?: SessionCollaboration
}

/** Who answered last in a session. */
export type SessionAffinity = SessionAnswer & { turns: number }

/**
 * One session of one tenant: which model answered last, so that a conversation stays with the model that has its
 * prompt cached and its tool calls open. Forgotten a day after its last turn.
 */
export class SessionObject extends DurableObject {
  /** Null for a session nobody has answered in yet. */
  affinity(): SessionAffinity | null {
    return this.ctx.storage.kv.get<SessionAffinity>('affinity') ?? null
  }

  /** @returns who answered before, or null */
  async remember(answer: SessionAnswer): Promise<SessionAffinity | null> {
    const earlier = this.affinity()
    const turns = (earlier?.turns ?? 0) + 1
    this.ctx.storage.kv.put<SessionAffinity>('affinity', { ...answer, turns })
    await this.ctx.storage.setAlarm(answer.answeredAt + SESSION_TTL_MS)
    return earlier
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }
}
