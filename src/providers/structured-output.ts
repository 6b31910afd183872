import type { ChatEvent, ChatRequest, FinishReason, ToolChoice } from '../core/chat.ts'

/** The tool that stands for structured output: its arguments are the answer. */
const JSON_TOOL = 'json_answer'

/**
 * A request for JSON as a request to call a tool, for hosts or models that know no other way. With other tools on
 * offer the model must stay free to call them before it answers.
 */
export function withJsonTool(request: ChatRequest): ChatRequest {
  const { output, tools, toolChoice } = request
  const parameters = output.type === 'json_schema' ? output.schema : { type: 'object' }
  const jsonTool = { name: JSON_TOOL, description: 'Gives the final answer as JSON.', parameters }
  const onlyJson = tools.length === 0 || toolChoice === 'none'
  const choice: ToolChoice = onlyJson ? { name: JSON_TOOL } : 'required'
  return {
    ...request,
    output: { type: 'text' },
    tools: [...tools, jsonTool],
    toolChoice: typeof toolChoice === 'object' ? toolChoice : choice,
    native: null,
  }
}

/**
 * The answer to such a request, with the stand-in's arguments as its text. What a model says beside them is left out:
 * it would break the JSON. One reader per answer.
 */
export function createJsonToolReader(): (event: ChatEvent) => ChatEvent[] {
  const stands = new Set<string>()
  /** The choices that answer through the stand-in, and those that call a tool of the caller's. */
  const answered = new Set<number>()
  const calling = new Set<number>()
  /** What was said, for choices that never call the stand-in. */
  const said: (ChatEvent & { type: 'text-delta' })[] = []
  return function read(event) {
    switch (event.type) {
      case 'tool-call-start': {
        const standsIn = event.name === JSON_TOOL
        const choices = standsIn ? answered : calling
        choices.add(event.choice ?? 0)
        if (standsIn) stands.add(keyOf(event))
        return standsIn ? [] : [event]
      }
      case 'tool-call-delta': {
        if (!stands.has(keyOf(event))) return [event]
        const { choice, argumentsJson: text } = event
        return [{ type: 'text-delta', text, ...(choice !== undefined && { choice }) }]
      }
      case 'text-delta':
        said.push(event)
        return []
      case 'answer-end': {
        const shown = (reason: FinishReason, choice: number) =>
          reason === 'tool_calls' && !calling.has(choice) ? 'stop' : reason
        const others = event.otherReasons?.map((reason, at) => shown(reason, at + 1))
        const end = { ...event, reason: shown(event.reason, 0), ...(others && { otherReasons: others }) }
        return [...said.filter(({ choice }) => !answered.has(choice ?? 0)), end]
      }
      case 'reasoning-delta':
      case 'reasoning-seal':
      case 'relay':
      case 'refusal-delta':
      case 'answer-error':
        return [event]
    }
  }
}

/** A call of one answer, by the choice it stands in. */
function keyOf({ choice, index }: { choice?: number; index: number }): string {
  return `${choice ?? 0}/${index}`
}
