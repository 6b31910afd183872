import type { SessionView } from '../../agents/session-object.ts'
import type { SessionMessage } from '../../agents/session.ts'
import { seconds } from '../seconds.ts'

/** A session as the API shows it. */
export function sessionJson({ session, summary, affinity, messages, hasMore, count }: SessionView): object {
  return {
    id: session.id,
    object: 'session',
    agent: session.agent,
    model: session.model,
    instructions: session.instructions,
    metadata: session.metadata,
    memory: session.memory,
    summary: summary && { text: summary.text, messages: summary.upTo },
    affinity: affinity && { model: affinity.modelId, provider: affinity.host, turns: affinity.turns },
    messages: { object: 'list', data: messages.map(messageJson), has_more: hasMore },
    message_count: count,
    forked_from: session.forkOf,
    created_at: seconds(session.createdAt),
    last_active_at: seconds(session.activeAt),
    expires_at: seconds(session.activeAt + session.ttlMs),
  }
}

/** A message as the API shows it; an answer with what it took. */
export function messageJson({ id, role, content, at, answer }: Omit<SessionMessage, 'seq'>): object {
  return {
    id,
    object: 'session.message',
    role,
    content,
    created_at: seconds(at),
    ...(answer && {
      model: answer.model,
      finish_reason: answer.finish,
      usage: {
        prompt_tokens: answer.usage.inputTokens,
        completion_tokens: answer.usage.outputTokens,
        total_tokens: answer.usage.inputTokens + answer.usage.outputTokens,
      },
      cost_usd: answer.costUsd,
      context: answer.context,
    }),
  }
}
