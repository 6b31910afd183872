import type { Json, JsonObject } from '../json.ts'
import type { Random } from '../random.ts'
import { modelOf, nameOf, optional, routingOf, schemaOf, textOf } from './shared.ts'
import { PDF, PNG } from './words.ts'

/**
 * A body of `POST /v1/responses` that is right, with some of everything that may be in one.
 *
 * @param stored ids of responses that may be continued
 */
export function responsesSeed(random: Random, stored: readonly string[]): JsonObject {
  const tools = random.chance(0.4) ? toolsOf(random) : []
  const name = tools[0]?.['name'] ?? 'a'
  const previous = stored[Math.floor((random.int(1_000) * stored.length) / 1_000)]
  return {
    model: modelOf(random),
    input: inputOf(random),
    store: random.chance(0.1),
    ...(random.chance(0.1) && previous !== undefined && { previous_response_id: previous }),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 &&
      random.chance(0.5) && {
        tool_choice: random.pick<Json>(['auto', 'none', 'required', { type: 'function', name }]),
      }),
    ...(random.chance(0.5) && { stream: random.chance(0.8) }),
    ...settingsOf(random),
    ...routingOf(random),
  }
}

function settingsOf(random: Random): JsonObject {
  return optional(random, 0.1, {
    instructions: () => textOf(random),
    text: () =>
      optional(random, 0.7, {
        format: () => formatOf(random),
        verbosity: () => random.pick(['low', 'medium', 'high']),
      }),
    reasoning: () =>
      optional(random, 0.6, {
        effort: () => random.pick(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']),
        summary: () => 'auto',
      }),
    temperature: () => random.int(21) / 10,
    top_p: () => random.int(11) / 10,
    top_logprobs: () => random.int(21),
    max_output_tokens: () => random.pick([1, 16, 500, 5_000]),
    max_tool_calls: () => 1 + random.int(3),
    parallel_tool_calls: () => random.chance(0.5),
    include: () =>
      random.some(['reasoning.encrypted_content', 'message.output_text.logprobs', 'unknown.thing'], 0.6),
    truncation: () => random.pick(['auto', 'disabled']),
    stream_options: () => ({ include_obfuscation: false }),
    user: () => nameOf(random),
    safety_identifier: () => 'id',
    prompt_cache_key: () => nameOf(random),
    service_tier: () => 'auto',
    metadata: () => ({ [nameOf(random).slice(0, 64)]: nameOf(random) }),
    background: () => random.chance(0.1),
    context_management: () => [{ type: 'compaction', compact_threshold: 200_000 }],
  })
}

function formatOf(random: Random): JsonObject {
  const schema = {
    type: 'json_schema',
    name: nameOf(random),
    schema: schemaOf(random),
    ...(random.chance(0.5) && { strict: true }),
  }
  return random.pick<JsonObject>([{ type: 'text' }, { type: 'json_object' }, schema])
}

function toolsOf(random: Random): JsonObject[] {
  return Array.from({ length: 1 + random.int(3) }, (_, at): JsonObject => {
    const odd = {
      type: random.pick(['web_search', 'custom', 'mcp', 'local_shell', 'image_generation']),
      name: `odd_${at}`,
    }
    if (random.chance(0.06)) return odd
    const options = {
      description: () => textOf(random),
      parameters: () => schemaOf(random),
      strict: () => random.chance(0.5),
    }
    return {
      type: 'function',
      name: at === 0 ? nameOf(random) : `tool_${at}`,
      ...optional(random, 0.8, options),
    }
  })
}

function inputOf(random: Random): Json {
  if (random.chance(0.25)) return textOf(random)
  const turns = Array.from({ length: random.int(3) }, (_, at) => turnOf(random, at)).flat()
  const odd = random.some<JsonObject>(
    [
      { type: 'item_reference', id: 'msg_unknown' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'ZW5j' },
    ],
    0.02,
  )
  return [...turns, ...odd, questionOf(random)]
}

function questionOf(random: Random): JsonObject {
  const role = random.pick(['user', 'user', 'user', 'user', 'developer', 'system'])
  if (random.chance(0.6)) return { role, content: textOf(random) }
  const media = random.some<JsonObject>(
    [
      { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    ],
    0.2,
  )
  return {
    type: 'message',
    role,
    content: [{ type: 'input_text', text: textOf(random) }, ...(role === 'user' ? media : [])],
  }
}

function turnOf(random: Random, at: number): JsonObject[] {
  const thought: JsonObject[] = random.chance(0.25)
    ? [
        {
          type: 'reasoning',
          id: `rs_${at}`,
          summary: [{ type: 'summary_text', text: 'short' }],
          ...(random.chance(0.5) && { encrypted_content: 'ZW5j' }),
        },
      ]
    : []
  if (random.chance(0.5)) return [questionOf(random), ...thought, saidOf(random, at)]
  const calls = Array.from({ length: 1 + random.int(2) }, (_, call): JsonObject => {
    const free = random.chance(0.1)
    const named = {
      id: `fc_${at}_${call}`,
      call_id: `call_${at}_${call}`,
      name: nameOf(random),
      status: 'completed',
    }
    const written = random.pick(['{"city":"Paris"}', '{}', '', '{"cut', '[]'])
    return free
      ? { type: 'custom_tool_call', ...named, input: written }
      : { type: 'function_call', ...named, arguments: written }
  })
  const results = calls.map((call): JsonObject => ({
    type: call['type'] === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: call['call_id'] ?? '',
    output: random.pick<Json>(['12 degrees', '', [{ type: 'input_text', text: 'part' }]]),
  }))
  return [questionOf(random), ...thought, ...calls, ...results]
}

function saidOf(random: Random, at: number): JsonObject {
  const content = random.chance(0.9)
    ? [{ type: 'output_text', text: textOf(random), annotations: [], logprobs: [] }]
    : [{ type: 'refusal', refusal: 'No.' }]
  return random.chance(0.3)
    ? { role: 'assistant', content: textOf(random) }
    : { type: 'message', id: `msg_${at}`, role: 'assistant', status: 'completed', content }
}
