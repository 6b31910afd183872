import { isRecord } from '../../core/canonical-json.ts'
import { redact } from '../../core/redact.ts'
import { type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import { callMcpTool, type McpAnswer } from './mcp-client.ts'
import { failed } from './outcomes.ts'
import type { RemoteAgent } from './remote-agent.ts'

/** Calls a tool of an MCP server: the one the task needs, else the agent's only one, with the input as its arguments. */
export const askMcpAgent: RemoteAgent = async ({ order, agent, url, limits }) => {
  const { needs, input, idempotencyKey } = order
  const [tool, ...others] = needs.tools.length > 0 ? needs.tools : agent.tools
  if (tool === undefined || others.length > 0) {
    const message = `Which tool of '${agent.id}' is to be called? The task has to need just one`
    return failed({ code: 'invalid_input', message })
  }
  if (input !== null && !isRecord(input)) {
    const message = `Invalid 'input': expected an object, the arguments of '${tool}'`
    return failed({ code: 'invalid_input', message })
  }
  const answer = await callMcpTool({ url, tool, arguments: input ?? {}, headers: {} }, limits)
  return outcomeOf(answer, idempotencyKey !== null)
}

function outcomeOf(answer: McpAnswer, isOnce: boolean): AttemptOutcome {
  switch (answer.kind) {
    case 'succeeded':
      return { kind: 'succeeded', output: answer.output, cost: NO_COST }
    case 'failed': {
      const { code, message, isFinal } = answer
      return failed({ code, message: redact(message) }, { isFinal })
    }
    case 'lost': {
      const reason = isOnce && answer.wasAsked ? 'lost' : answer.reason
      const code = answer.reason === 'timeout' ? 'timeout' : 'agent_unreachable'
      return failed({ code, message: 'The server gave no answer' }, { reason })
    }
  }
}
