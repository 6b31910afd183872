import type { Json, JsonObject } from '../json.ts'
import type { Random } from '../random.ts'
import { modelOf, nameOf, optional, routingOf, schemaOf, textOf } from './shared.ts'
import { PDF, PNG, WAV } from './words.ts'

/** A body of `POST /v1/chat/completions` that is right, with some of everything that may be in one. */
export function chatSeed(random: Random): JsonObject {
  const tools = random.chance(0.4) ? toolsOf(random) : []
  return {
    model: modelOf(random),
    messages: messagesOf(random),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 && random.chance(0.5) && { tool_choice: toolChoiceOf(random, tools) }),
    ...(random.chance(0.5) && { stream: random.chance(0.8) }),
    ...settingsOf(random),
    ...routingOf(random),
  }
}

function settingsOf(random: Random): JsonObject {
  return optional(random, 0.1, {
    stream_options: () => ({ include_usage: random.chance(0.8) }),
    response_format: () => formatOf(random),
    temperature: () => random.int(21) / 10,
    top_p: () => random.int(11) / 10,
    top_k: () => 1 + random.int(100),
    presence_penalty: () => random.int(5) - 2,
    frequency_penalty: () => random.int(5) - 2,
    seed: () => random.int(1_000) - 500,
    stop: () => random.pick<Json>(['END', ['a', 'b'], ['1', '2', '3', '4', '5']]),
    max_tokens: () => 1 + random.int(500),
    max_completion_tokens: () => 1 + random.int(5_000),
    n: () => 1 + random.int(3),
    logprobs: () => random.chance(0.8),
    top_logprobs: () => random.int(21),
    parallel_tool_calls: () => random.chance(0.5),
    reasoning_effort: () => random.pick(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']),
    reasoning: () =>
      optional(random, 0.5, {
        effort: () => 'low',
        max_tokens: () => 2_000,
        exclude: () => true,
        enabled: () => true,
      }),
    modalities: () => ['text'],
    usage: () => ({ include: true }),
    user: () => nameOf(random),
    metadata: () => ({ [nameOf(random).slice(0, 64)]: nameOf(random) }),
    prediction: () => ({ type: 'content', content: 'x' }),
    logit_bias: () => ({ '50256': -100 }),
    verbosity: () => 'low',
    service_tier: () => 'auto',
    prompt_cache_key: () => 'key',
    safety_identifier: () => 'id',
    store: () => random.chance(0.5),
    web_search_options: () => ({}),
    functions: () => [{ name: 'old', parameters: {} }],
  })
}

function formatOf(random: Random): JsonObject {
  const json_schema = {
    name: nameOf(random),
    schema: schemaOf(random),
    ...(random.chance(0.5) && { strict: true }),
  }
  return random.pick<JsonObject>([
    { type: 'text' },
    { type: 'json_object' },
    { type: 'json_schema', json_schema },
  ])
}

function toolsOf(random: Random): JsonObject[] {
  return Array.from({ length: 1 + random.int(3) }, (_, at): JsonObject => {
    if (random.chance(0.05))
      return { type: 'custom', custom: { name: `free${at}`, format: { type: 'text' } } }
    const options = {
      description: () => textOf(random),
      parameters: () => schemaOf(random),
      strict: () => random.chance(0.5),
    }
    const name = at === 0 ? nameOf(random) : `tool_${at}`
    return { type: 'function', function: { name, ...optional(random, 0.8, options) }, ...cacheOf(random) }
  })
}

function toolChoiceOf(random: Random, tools: readonly JsonObject[]): Json {
  const [first] = tools
  const named = first?.['function']
  const name =
    typeof named === 'object' && named !== null && !Array.isArray(named) ? (named['name'] ?? 'a') : 'a'
  return random.pick<Json>(['auto', 'none', 'required', { type: 'function', function: { name } }])
}

function cacheOf(random: Random): JsonObject {
  return random.chance(0.1)
    ? { cache_control: { type: 'ephemeral', ...(random.chance(0.5) && { ttl: '1h' }) } }
    : {}
}

/** Turns that fit together: every call is answered. */
function messagesOf(random: Random): JsonObject[] {
  const opening = random.chance(0.4)
    ? [{ role: random.pick(['system', 'developer']), content: proseOf(random) }]
    : []
  const turns = Array.from({ length: random.int(3) }, (_, at) => turnOf(random, at)).flat()
  const question = {
    role: 'user',
    content: questionOf(random),
    ...(random.chance(0.05) && { name: nameOf(random) }),
  }
  return random.chance(0.15) && turns.length > 0 ? [...opening, ...turns] : [...opening, ...turns, question]
}

function turnOf(random: Random, at: number): JsonObject[] {
  const question = { role: 'user', content: questionOf(random) }
  const thoughts = optional(random, 0.15, {
    reasoning: () => textOf(random),
    reasoning_details: () => detailsOf(random),
    refusal: () => textOf(random),
  })
  if (random.chance(0.6)) return [question, { role: 'assistant', content: proseOf(random), ...thoughts }]
  const calls = Array.from({ length: 1 + random.int(3) }, (_, call) => ({
    id: `call_${at}_${call}`,
    type: 'function',
    function: {
      name: nameOf(random),
      arguments: random.pick(['{"city":"Paris"}', '{}', '', '{"cut', '[]', '"x"', 'null']),
    },
    ...(random.chance(0.1) && { extra_content: { google: { thought_signature: 'c2ln' } } }),
  }))
  const content = random.pick<Json>([null, 'Let me see.', ''])
  const results = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: resultOf(random) }))
  return [question, { role: 'assistant', content, tool_calls: calls, ...thoughts }, ...results]
}

function resultOf(random: Random): Json {
  return random.chance(0.8)
    ? random.pick(['12 degrees', '', '{"ok":true}'])
    : [textPart(random), imagePart(random)]
}

function detailsOf(random: Random): JsonObject[] {
  const format = random.pick(['anthropic-claude-v1', 'openai-responses-v1', 'google-gemini-v1', 'unknown'])
  return [
    { type: 'reasoning.text', text: textOf(random), signature: 'c2ln', format, index: 0 },
    { type: 'reasoning.encrypted', data: 'ZW5j', id: 'rs_1', format, index: 1 },
    { type: 'reasoning.summary', summary: 'short', format },
  ]
}

function textPart(random: Random): JsonObject {
  return { type: 'text', text: textOf(random), ...cacheOf(random) }
}

function imagePart(random: Random): JsonObject {
  const odd = random.chance(0.03) ? random.pick(['data:image/png,%89', 'data:;base64,', 'ftp://a/b']) : null
  const url = odd ?? random.pick([`data:image/png;base64,${PNG}`, 'https://example.com/a.png'])
  return {
    type: 'image_url',
    image_url: { url, ...(random.chance(0.3) && { detail: 'low' }) },
    ...cacheOf(random),
  }
}

function proseOf(random: Random): Json {
  return random.chance(0.7) ? textOf(random) : [textPart(random), textPart(random)]
}

function questionOf(random: Random): Json {
  if (random.chance(0.65)) return textOf(random)
  const media = random.some<JsonObject>(
    [
      imagePart(random),
      { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
      { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file-1' } },
    ],
    0.25,
  )
  return [textPart(random), ...media]
}
