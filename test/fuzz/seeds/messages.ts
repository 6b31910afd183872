import type { Json, JsonObject } from '../json.ts'
import type { Random } from '../random.ts'
import { modelOf, nameOf, optional, routingOf, schemaOf, textOf } from './shared.ts'
import { PDF, PNG } from './words.ts'

/** A body of `POST /v1/messages` that is right, with some of everything that may be in one. */
export function messagesSeed(random: Random): JsonObject {
  const tools = random.chance(0.4) ? toolsOf(random) : []
  const name = tools[0]?.['name'] ?? 'a'
  const choice = () =>
    random.pick<JsonObject>([{ type: 'auto' }, { type: 'any' }, { type: 'tool', name }, { type: 'none' }])
  return {
    model: modelOf(random),
    max_tokens: random.pick([1, 50, 1_000, 2_000, 64_000]),
    messages: conversationOf(random),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 &&
      random.chance(0.5) && {
        tool_choice: { ...choice(), ...(random.chance(0.2) && { disable_parallel_tool_use: true }) },
      }),
    ...(random.chance(0.5) && { stream: random.chance(0.8) }),
    ...optional(random, 0.1, {
      system: () => (random.chance(0.6) ? textOf(random) : [textBlock(random), textBlock(random)]),
      stop_sequences: () => random.pick([['END'], [], ['a', 'b', 'c', 'd', 'e']]),
      temperature: () => random.int(11) / 10,
      top_p: () => random.int(11) / 10,
      top_k: () => random.int(50),
      metadata: () => ({ user_id: nameOf(random) }),
      thinking: () => thinkingOf(random),
      output_config: () =>
        optional(random, 0.6, {
          effort: () => random.pick(['low', 'medium', 'high', 'xhigh', 'max']),
          format: () => formatOf(random),
        }),
      output_format: () => formatOf(random),
      service_tier: () => 'auto',
      container: () => 'container_1',
      context_management: () => ({ edits: [{ type: 'clear_tool_uses_20250919' }] }),
      mcp_servers: () => [{ type: 'url', name: 'm', url: 'https://example.com' }],
    }),
    ...routingOf(random),
  }
}

function formatOf(random: Random): JsonObject {
  return { type: 'json_schema', schema: schemaOf(random) }
}

function thinkingOf(random: Random): JsonObject {
  return random.pick<JsonObject>([
    { type: 'enabled', budget_tokens: 1_024 },
    { type: 'enabled', budget_tokens: 60_000, display: 'omitted' },
    { type: 'adaptive' },
    { type: 'adaptive', display: 'summarized' },
    { type: 'disabled' },
    { type: 'between_tools' },
  ])
}

function toolsOf(random: Random): JsonObject[] {
  return Array.from({ length: 1 + random.int(3) }, (_, at): JsonObject => {
    if (random.chance(0.05)) return { type: 'web_search_20250305', name: 'web_search', max_uses: 2 }
    const options = {
      description: () => textOf(random),
      strict: () => random.chance(0.5),
      type: () => 'custom',
      eager_input_streaming: () => true,
      input_examples: () => [{}],
    }
    return {
      name: at === 0 ? nameOf(random) : `tool_${at}`,
      input_schema: schemaOf(random),
      ...optional(random, 0.25, options),
      ...cacheOf(random),
    }
  })
}

function cacheOf(random: Random): JsonObject {
  return random.chance(0.1)
    ? { cache_control: { type: 'ephemeral', ...(random.chance(0.5) && { ttl: '1h' }) } }
    : {}
}

function textBlock(random: Random): JsonObject {
  return { type: 'text', text: textOf(random), ...cacheOf(random) }
}

function imageBlock(random: Random): JsonObject {
  const source = random.pick<JsonObject>([
    { type: 'base64', media_type: 'image/png', data: PNG },
    { type: 'url', url: 'https://example.com/a.png' },
    { type: 'file', file_id: 'file_1' },
  ])
  return { type: 'image', source, ...cacheOf(random) }
}

function documentBlock(random: Random): JsonObject {
  const source = random.pick<JsonObject>([
    { type: 'base64', media_type: 'application/pdf', data: PDF },
    { type: 'url', url: 'https://example.com/a.pdf' },
    { type: 'text', media_type: 'text/plain', data: textOf(random) },
    { type: 'content', content: [textBlock(random), imageBlock(random)] },
    { type: 'content', content: 'plain' },
  ])
  return {
    type: 'document',
    source,
    ...optional(random, 0.3, {
      title: () => nameOf(random),
      context: () => 'about',
      citations: () => ({ enabled: true }),
    }),
  }
}

function conversationOf(random: Random): JsonObject[] {
  const turns = Array.from({ length: random.int(3) }, (_, at) => turnOf(random, at)).flat()
  const prefill = random.chance(0.05) ? [{ role: 'assistant', content: 'Sure:' }] : []
  return [...turns, { role: 'user', content: questionOf(random) }, ...prefill]
}

function questionOf(random: Random): Json {
  if (random.chance(0.6)) return textOf(random)
  return [
    textBlock(random),
    ...random.some([imageBlock(random), documentBlock(random), textBlock(random)], 0.3),
  ]
}

function turnOf(random: Random, at: number): JsonObject[] {
  const thoughts = random.some<JsonObject>(
    [
      { type: 'thinking', thinking: textOf(random), signature: 'c2lnbmF0dXJl' },
      { type: 'redacted_thinking', data: 'ZW5jcnlwdGVk' },
    ],
    0.15,
  )
  const question = { role: 'user', content: questionOf(random) }
  if (random.chance(0.6)) return [question, { role: 'assistant', content: [...thoughts, textBlock(random)] }]
  const calls = Array.from({ length: 1 + random.int(3) }, (_, call) => ({
    type: 'tool_use',
    id: `toolu_${at}_${call}`,
    name: nameOf(random),
    input: random.pick<JsonObject>([{ city: 'Paris' }, {}, { deep: { a: [1, null] } }]),
  }))
  const results = calls.map(({ id }) => ({
    type: 'tool_result',
    tool_use_id: id,
    ...resultOf(random),
    ...cacheOf(random),
  }))
  const said = random.chance(0.5) ? [{ type: 'text', text: 'Let me see.' }] : []
  return [
    question,
    { role: 'assistant', content: [...thoughts, ...said, ...calls] },
    { role: 'user', content: results },
    { role: 'assistant', content: 'Done.' },
  ]
}

function resultOf(random: Random): JsonObject {
  const content = random.pick<Json>([
    '12 degrees',
    '',
    [],
    [textBlock(random)],
    [textBlock(random), imageBlock(random)],
    [documentBlock(random)],
  ])
  return { ...(random.chance(0.9) && { content }), ...(random.chance(0.2) && { is_error: true }) }
}
