import type { ReadEvent, Seal } from '../../core/chat.ts'
import { sse } from '../inbound.ts'
import { isRedacted, redactedBlock, sealText, type ThinkingShown } from './encode-answer.ts'

/** What a block holds; a call's block is known by the call's index. */
type Kind = 'text' | 'refusal' | 'thinking' | number

/** Content blocks, one after the other: what begins a block ends the one before it. */
type Blocks = {
  open: () => Kind | null
  begin: (kind: Kind, content: object) => string
  change: (delta: object) => string
  close: () => string
}

/** Writes pieces of an answer as Anthropic's content blocks. The last one is open until `close`. */
export function createBlockWriter(thinking: ThinkingShown) {
  const blocks = createBlocks()
  return {
    write: (piece: ReadEvent): string => writePiece(piece, blocks, thinking),
    close: blocks.close,
  }
}

function createBlocks(): Blocks {
  let begun = 0
  let open: Kind | null = null
  const event = (type: string, fields: object = {}) => sse({ type, index: begun - 1, ...fields }, type)
  function close(): string {
    const closed = open === null ? '' : event('content_block_stop')
    open = null
    return closed
  }
  return {
    open: () => open,
    begin(kind, content) {
      const closed = close()
      open = kind
      begun += 1
      return closed + event('content_block_start', { content_block: content })
    },
    change: (delta) => event('content_block_delta', { delta }),
    close,
  }
}

function writePiece(piece: ReadEvent, blocks: Blocks, thinking: ThinkingShown): string {
  switch (piece.type) {
    case 'text-delta':
      return writeText(piece.text, 'text', blocks)
    case 'refusal-delta':
      return writeText(piece.text, 'refusal', blocks)
    case 'reasoning-delta':
      if (thinking !== 'shown' || piece.text === '') return ''
      return goOnThinking(blocks) + blocks.change({ type: 'thinking_delta', thinking: piece.text })
    case 'reasoning-seal':
      return thinking === 'none' ? '' : writeSealed(piece.seal, blocks)
    case 'tool-call-start': {
      const { index, id, name } = piece
      return blocks.begin(index, { type: 'tool_use', id, name, input: {} })
    }
    case 'tool-call-delta': {
      const { index, argumentsJson } = piece
      if (blocks.open() !== index || argumentsJson === '') return ''
      return blocks.change({ type: 'input_json_delta', partial_json: argumentsJson })
    }
  }
}

function writeText(text: string, kind: 'text' | 'refusal', blocks: Blocks): string {
  if (text === '') return ''
  const begun = blocks.open() === kind ? '' : blocks.begin(kind, { type: 'text', text: '' })
  return begun + blocks.change({ type: 'text_delta', text })
}

function goOnThinking(blocks: Blocks): string {
  if (blocks.open() === 'thinking') return ''
  return blocks.begin('thinking', { type: 'thinking', thinking: '', signature: '' })
}

function writeSealed(seal: Seal, blocks: Blocks): string {
  if (isRedacted(seal, blocks.open() === 'thinking')) {
    return blocks.begin('thinking', redactedBlock(seal)) + blocks.close()
  }
  const signature = { type: 'signature_delta', signature: sealText(seal) }
  return goOnThinking(blocks) + blocks.change(signature) + blocks.close()
}
