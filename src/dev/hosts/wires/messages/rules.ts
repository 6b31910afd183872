import { signatureOf, unseal } from '../../seal.ts'
import { HostRefusal } from '../../wire.ts'
import type { ContentBlock } from './blocks.ts'
import type { ClaudeMessage, MessagesRequest } from './request.ts'

const DOCS =
  'Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking'
const MAX_CACHE_MARKS = 4

type Checked = Pick<MessagesRequest, 'messages' | 'thinking' | 'tool_choice'> &
  Partial<Pick<MessagesRequest, 'max_tokens' | 'temperature'>>

/**
 * What Anthropic refuses though its shape is right, in Anthropic's words. `body` is the request as it came.
 *
 * @throws HostRefusal
 */
export function checkMessages(request: Checked, body: unknown): void {
  const marks = JSON.stringify(body).match(/"cache_control":\{/g)?.length ?? 0
  if (marks > MAX_CACHE_MARKS) {
    refuse(`A maximum of ${MAX_CACHE_MARKS} blocks with cache_control may be provided. Found ${marks}.`)
  }
  checkThinking(request)
  const { messages, thinking } = request
  if (messages[0]?.role !== 'user') refuse('messages: first message must use the "user" role')
  messages.forEach((message, index) => {
    checkBlocks(message, index, index === messages.length - 1)
    checkToolUse(message, messages[index + 1], index)
    checkToolResults(message, messages[index - 1], index)
  })
  const ids = messages.flatMap(toolUseIds)
  if (new Set(ids).size < ids.length) refuse('messages: `tool_use` ids must be unique')
  if (thinking?.type === 'enabled') checkLoopStart(messages)
}

function checkThinking({ thinking, temperature, tool_choice: choice, max_tokens: maxTokens }: Checked): void {
  if (thinking?.type !== 'enabled' && thinking?.type !== 'adaptive') return
  if (thinking.type === 'enabled' && maxTokens !== undefined && thinking.budget_tokens >= maxTokens) {
    refuse(
      `\`max_tokens\` must be greater than \`thinking.budget_tokens\`. ${DOCS}#max-tokens-and-context-window-size`,
    )
  }
  if (temperature != null && temperature !== 1) {
    refuse(
      `\`temperature\` may only be set to 1 when thinking is enabled. ${DOCS}#important-considerations-when-using-extended-thinking`,
    )
  }
  if (choice?.type === 'any' || choice?.type === 'tool') {
    refuse('Thinking may not be enabled when tool_choice forces tool use.')
  }
}

function checkBlocks({ role, blocks }: ClaudeMessage, index: number, isLast: boolean): void {
  if (blocks.length === 0 && !(isLast && role === 'assistant')) {
    refuse(
      `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
    )
  }
  blocks.forEach((block, at) => checkBlock(block, { role, place: `messages.${index}.content.${at}` }))
  const final = blocks.at(-1)
  if (isLast && role === 'assistant' && final?.type === 'text' && /\s$/.test(final.text)) {
    refuse('messages: final assistant content cannot end with trailing whitespace')
  }
}

function checkBlock(block: ContentBlock, { role, place }: { role: string; place: string }): void {
  if (block.type === 'text' && block.text === '') refuse('messages: text content blocks must be non-empty')
  if (block.type === 'text' && block.text.trim() === '') {
    refuse('messages: text content blocks must contain non-whitespace text')
  }
  const ofAssistant = ['tool_use', 'thinking', 'redacted_thinking'].includes(block.type)
  if ((role === 'user' && ofAssistant) || (role === 'assistant' && block.type === 'tool_result')) {
    const whose = role === 'user' ? 'assistant' : 'user'
    refuse(`${place}: \`${block.type}\` blocks can only be in \`${whose}\` messages`)
  }
  if (block.type === 'thinking' && signatureOf('thinking', block.thinking) !== block.signature) {
    // Thinking that was not to be shown is signed for what it was.
    const hidden = block.thinking === '' && unseal('thinking', block.signature) !== null
    if (!hidden) refuse(`${place}: Invalid \`signature\` in \`thinking\` block`)
  }
  if (block.type === 'redacted_thinking' && unseal('redacted-thinking', block.data) === null) {
    refuse(`${place}: Invalid \`data\` in \`redacted_thinking\` block`)
  }
}

/** Results stand before anything else that the user says. */
function checkToolUse(message: ClaudeMessage, next: ClaudeMessage | undefined, index: number): void {
  const said = next?.blocks ?? []
  const other = said.findIndex((block) => block.type !== 'tool_result')
  const results = new Set(
    said
      .slice(0, other === -1 ? undefined : other)
      .map((block) => (block.type === 'tool_result' ? block.tool_use_id : '')),
  )
  const missing = toolUseIds(message).filter((id) => !results.has(id))
  if (missing.length === 0) return
  refuse(
    `messages.${index + 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}

function checkToolResults(message: ClaudeMessage, before: ClaudeMessage | undefined, index: number): void {
  const ids = before ? toolUseIds(before) : []
  message.blocks.forEach((block, at) => {
    if (block.type !== 'tool_result' || ids.includes(block.tool_use_id)) return
    refuse(
      `messages.${index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    )
  })
}

function toolUseIds({ blocks }: ClaudeMessage): string[] {
  return blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))
}

/** With thinking enabled, the turn that a tool's result continues (or the prefilled one) begins with thinking. */
function checkLoopStart(messages: readonly ClaudeMessage[]): void {
  const said = messages.findLastIndex(
    ({ role, blocks }) => role === 'user' && !blocks.some((block) => block.type === 'tool_result'),
  )
  const at = messages.findIndex(({ role }, index) => index > said && role === 'assistant')
  const found = messages[at]?.blocks[0]?.type
  if (found === undefined || found === 'thinking' || found === 'redacted_thinking') return
  refuse(
    `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${found}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. ${DOCS}`,
  )
}

function refuse(message: string): never {
  throw new HostRefusal({ status: 400, message })
}
