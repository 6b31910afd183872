import type { WireFormat } from '../core/chat.ts'
import type { Adapter } from './adapter.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { googleGenerateContent } from './google-generate-content/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import { vertexMessages } from './vertex.ts'

/**
 * A company's API that sells models: data over a wire format.
 * `keepsInputs`: whether its standard API terms allow it to train on what is sent (`data_collection: deny` avoids it).
 */
export type Host = {
  id: string
  name: string
  /** The wire formats it speaks, the preferred one first. */
  formats: readonly [Adapter, ...Adapter[]]
  /** Where its API lives; `{account}` and the like stand for what the operator's configuration says. */
  baseUrl: string
  /** Names of the secret that holds the key; the first that is set wins. None: its credentials are more than a key. */
  keyNames: readonly string[]
  takesReasoningEffort: boolean
  keepsInputs: boolean
  /** It runs no models of its own: calls go on from there to other hosts. */
  resells?: true
}

const openai = openaiChat({
  maxTokensField: 'max_completion_tokens',
  developerRole: true,
  reasoningEffort: true,
  choices: true,
  topK: false,
  relays: true,
  isOpenai: true,
})
const PLAIN = {
  maxTokensField: 'max_tokens',
  developerRole: false,
  reasoningEffort: false,
  choices: false,
  topK: false,
  lacks: ['store'],
} as const
const WITH_EFFORT = { ...PLAIN, reasoningEffort: true } as const
/** Refuses what it does not know; always counts what a stream used. */
const mistral = openaiChat({
  ...WITH_EFFORT,
  choices: true,
  seedField: 'random_seed',
  lacks: [
    'store',
    'stream_options',
    'logprobs',
    'top_logprobs',
    'logit_bias',
    'user',
    'service_tier',
    'verbosity',
    'safety_identifier',
  ],
})
const groq = openaiChat({
  ...WITH_EFFORT,
  maxTokensField: 'max_completion_tokens',
  lacks: ['store', 'logprobs', 'top_logprobs', 'logit_bias'],
})
const compatible = openaiChat(PLAIN)
const responses = openaiResponses()

const CHAT = { formats: [compatible], takesReasoningEffort: false, keepsInputs: false } as const
const OWN_FORMAT = { takesReasoningEffort: true, keepsInputs: false }

/** Every host that a key opens. A further OpenAI-compatible one is one entry. */
export const HOSTS: readonly Host[] = [
  {
    ...CHAT,
    id: 'openai',
    name: 'OpenAI',
    formats: [openai, responses],
    takesReasoningEffort: true,
    baseUrl: 'https://api.openai.com/v1',
    keyNames: ['OPENAI_API_KEY'],
  },
  {
    ...OWN_FORMAT,
    id: 'anthropic',
    name: 'Anthropic',
    formats: [anthropicMessages],
    baseUrl: 'https://api.anthropic.com/v1',
    keyNames: ['ANTHROPIC_API_KEY'],
  },
  {
    ...OWN_FORMAT,
    id: 'google',
    name: 'Google Gemini',
    formats: [googleGenerateContent],
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  },
  {
    ...CHAT,
    id: 'mistral',
    name: 'Mistral',
    formats: [mistral],
    takesReasoningEffort: true,
    baseUrl: 'https://api.mistral.ai/v1',
    keyNames: ['MISTRAL_API_KEY'],
  },
  {
    ...CHAT,
    id: 'deepseek',
    name: 'DeepSeek',
    keepsInputs: true,
    baseUrl: 'https://api.deepseek.com/v1',
    keyNames: ['DEEPSEEK_API_KEY'],
  },
  {
    ...CHAT,
    id: 'xai',
    name: 'xAI',
    formats: [openaiChat(WITH_EFFORT), openaiResponses({ seals: null })],
    takesReasoningEffort: true,
    baseUrl: 'https://api.x.ai/v1',
    keyNames: ['XAI_API_KEY'],
  },
  {
    ...CHAT,
    id: 'groq',
    name: 'Groq',
    formats: [groq],
    takesReasoningEffort: true,
    baseUrl: 'https://api.groq.com/openai/v1',
    keyNames: ['GROQ_API_KEY'],
  },
  {
    ...CHAT,
    id: 'together',
    name: 'Together AI',
    formats: [openaiChat({ ...PLAIN, choices: true, topK: true })],
    baseUrl: 'https://api.together.xyz/v1',
    keyNames: ['TOGETHER_API_KEY'],
  },
  {
    ...CHAT,
    id: 'fireworks',
    name: 'Fireworks AI',
    formats: [openaiChat({ ...PLAIN, topK: true })],
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyNames: ['FIREWORKS_API_KEY'],
  },
  {
    ...CHAT,
    id: 'openrouter',
    name: 'OpenRouter',
    formats: [openaiChat({ ...WITH_EFFORT, topK: true })],
    takesReasoningEffort: true,
    keepsInputs: true,
    baseUrl: 'https://openrouter.ai/api/v1',
    keyNames: ['OPENROUTER_API_KEY'],
    resells: true,
  },
  {
    ...CHAT,
    id: 'workers-ai',
    name: 'Cloudflare Workers AI',
    baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1',
    keyNames: ['CLOUDFLARE_API_TOKEN'],
  },
  {
    ...CHAT,
    id: 'qwen',
    name: 'Alibaba Cloud Model Studio',
    formats: [openaiChat({ ...PLAIN, topK: true })],
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    keyNames: ['DASHSCOPE_API_KEY'],
  },
  {
    ...CHAT,
    id: 'moonshot',
    name: 'Moonshot AI',
    baseUrl: 'https://api.moonshot.ai/v1',
    keyNames: ['MOONSHOT_API_KEY'],
  },
  {
    ...CHAT,
    id: 'cerebras',
    name: 'Cerebras',
    formats: [openaiChat({ ...WITH_EFFORT, maxTokensField: 'max_completion_tokens', choices: true })],
    takesReasoningEffort: true,
    baseUrl: 'https://api.cerebras.ai/v1',
    keyNames: ['CEREBRAS_API_KEY'],
  },
  {
    ...CHAT,
    id: 'minimax',
    name: 'MiniMax',
    baseUrl: 'https://api.minimax.io/v1',
    keyNames: ['MINIMAX_API_KEY'],
  },
  {
    ...CHAT,
    id: 'meta',
    name: 'Meta',
    baseUrl: 'https://api.meta.ai/v1',
    keyNames: ['META_API_KEY'],
  },
  {
    ...CHAT,
    id: 'cohere',
    name: 'Cohere',
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    keyNames: ['COHERE_API_KEY'],
  },
  {
    ...CHAT,
    id: 'zai',
    name: 'Z.ai',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    keyNames: ['ZAI_API_KEY'],
  },
]

/** Clouds that sell other companies' models to those with an account. */
export const CLOUD_HOSTS: readonly Host[] = [
  {
    ...OWN_FORMAT,
    id: 'bedrock',
    name: 'Amazon Bedrock',
    formats: [anthropicMessages],
    baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com/anthropic/v1',
    keyNames: [],
  },
  {
    ...OWN_FORMAT,
    id: 'vertex',
    name: 'Google Vertex AI',
    formats: [vertexMessages],
    baseUrl: 'https://{server}/v1/projects/{project}/locations/{region}/publishers/anthropic/models',
    keyNames: [],
  },
  {
    ...OWN_FORMAT,
    id: 'azure',
    name: 'Azure OpenAI',
    formats: [openai, responses],
    baseUrl: 'https://{resource}.openai.azure.com/openai/v1',
    keyNames: [],
  },
]

const LOCAL_FORMATS: Readonly<Record<WireFormat, Adapter>> = {
  'openai-chat': openaiChat(WITH_EFFORT),
  'openai-responses': openaiResponses({ seals: null }),
  'anthropic-messages': anthropicMessages,
  'google-generate-content': googleGenerateContent,
}

/** A server of the operator's own: Ollama, LM Studio, vLLM … They speak OpenAI Chat unless told otherwise. */
export function localHost(id: string, baseUrl: string, format: WireFormat = 'openai-chat'): Host {
  return { ...OWN_FORMAT, id, name: id, formats: [LOCAL_FORMATS[format]], baseUrl, keyNames: [] }
}
