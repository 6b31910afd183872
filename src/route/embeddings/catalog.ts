import type { Price, Source } from '../catalog/model.ts'
import type { EmbeddingModel, EmbeddingOffer } from './model.ts'

const READ = '2026-11-23'
const OPENAI: Source = {
  url: 'https://developers.openai.com/api/docs/models/text-embedding-3-large',
  date: READ,
}
const GENAI_PRICES: Source = {
  url: 'https://www.npmjs.com/package/@pydantic/genai-prices/v/0.1.8',
  date: '2026-09-23',
}
const LLMGATEWAY: Source = {
  url: 'https://www.npmjs.com/package/@llmgateway/models/v/1.324.0',
  date: '2026-09-23',
}
const AI_SDK_OPENAI: Source = {
  url: 'https://www.npmjs.com/package/@ai-sdk/openai/v/4.0.118',
  date: '2026-11-13',
}
const AI_SDK_MISTRAL: Source = {
  url: 'https://www.npmjs.com/package/@ai-sdk/mistral/v/4.0.87',
  date: '2026-11-13',
}
const CODESTRAL_POST: Source = { url: 'https://mistral.ai/news/codestral-embed', date: '2025-05-28' }
const COHERE_ON_AWS: Source = {
  url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html',
  date: READ,
}
const MODEL_STUDIO: Source = {
  url: 'https://www.alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api',
  date: '2026-03-24',
}
const BGE_M3_PAGE: Source = { url: 'https://openrouter.ai/baai/bge-m3', date: READ }

/** USD per million input tokens; there is no output to pay for. */
const usd = (perMillion: number, source: Source): Price => ({
  input: Math.round(perMillion * 1e6),
  output: 0,
  source,
})

const atOpenRouter = (hostModelId: string, perMillion: number): EmbeddingOffer => ({
  host: 'openrouter',
  hostModelId,
  price: usd(perMillion, { url: `https://openrouter.ai/${hostModelId}`, date: READ }),
})

const OPENAI_MODEL = { tokenFamily: 'openai', openWeights: false, maxInputTokens: 8_192 } as const

/** Every embedding model we know. */
export const EMBEDDING_CATALOG: readonly EmbeddingModel[] = [
  {
    ...OPENAI_MODEL,
    id: 'openai/text-embedding-3-small',
    name: 'Text Embedding 3 Small',
    released: '2024-01-25',
    aliases: [],
    dimensions: 1_536,
    maxDimensions: 1_536,
    source: AI_SDK_OPENAI,
    offers: [
      { host: 'openai', hostModelId: 'text-embedding-3-small', price: usd(0.02, OPENAI) },
      atOpenRouter('openai/text-embedding-3-small', 0.02),
    ],
  },
  {
    ...OPENAI_MODEL,
    id: 'openai/text-embedding-3-large',
    name: 'Text Embedding 3 Large',
    released: '2024-01-25',
    aliases: [],
    dimensions: 3_072,
    maxDimensions: 3_072,
    source: AI_SDK_OPENAI,
    offers: [
      { host: 'openai', hostModelId: 'text-embedding-3-large', price: usd(0.13, OPENAI) },
      atOpenRouter('openai/text-embedding-3-large', 0.13),
    ],
  },
  {
    ...OPENAI_MODEL,
    id: 'openai/text-embedding-ada-002',
    name: 'Text Embedding Ada 002',
    released: '2022-12-15',
    aliases: ['text-embedding-ada-002-v2'],
    dimensions: 1_536,
    maxDimensions: null,
    source: AI_SDK_OPENAI,
    offers: [
      { host: 'openai', hostModelId: 'text-embedding-ada-002', price: usd(0.1, GENAI_PRICES) },
      atOpenRouter('openai/text-embedding-ada-002', 0.1),
    ],
  },
  {
    id: 'google/gemini-embedding-001',
    name: 'Gemini Embedding 001',
    released: '2025-07-14',
    aliases: [],
    tokenFamily: 'google',
    openWeights: false,
    dimensions: 3_072,
    maxDimensions: 3_072,
    maxInputTokens: 2_048,
    source: LLMGATEWAY,
    offers: [
      { host: 'google', hostModelId: 'gemini-embedding-001', price: usd(0.15, GENAI_PRICES) },
      atOpenRouter('google/gemini-embedding-001', 0.15),
    ],
  },
  {
    id: 'google/gemini-embedding-2',
    name: 'Gemini Embedding 2',
    released: '2026-04-22',
    aliases: [],
    tokenFamily: 'google',
    openWeights: false,
    dimensions: 3_072,
    maxDimensions: 3_072,
    maxInputTokens: 8_192,
    source: LLMGATEWAY,
    offers: [{ host: 'google', hostModelId: 'gemini-embedding-2', price: usd(0.2, GENAI_PRICES) }],
  },
  {
    id: 'mistral/mistral-embed',
    name: 'Mistral Embed',
    released: '2023-12-11',
    aliases: ['mistral-embed-2312'],
    tokenFamily: 'mistral',
    openWeights: false,
    dimensions: 1_024,
    maxDimensions: null,
    maxInputTokens: 8_192,
    source: AI_SDK_MISTRAL,
    offers: [
      { host: 'mistral', hostModelId: 'mistral-embed', price: usd(0.1, GENAI_PRICES) },
      atOpenRouter('mistralai/mistral-embed-2312', 0.1),
    ],
  },
  {
    id: 'mistral/codestral-embed',
    name: 'Codestral Embed',
    released: '2025-05-28',
    aliases: ['codestral-embed-2505'],
    tokenFamily: 'mistral',
    openWeights: false,
    dimensions: 1_536,
    maxDimensions: 3_072,
    maxInputTokens: 8_192,
    source: AI_SDK_MISTRAL,
    offers: [
      { host: 'mistral', hostModelId: 'codestral-embed', price: usd(0.15, CODESTRAL_POST) },
      atOpenRouter('mistralai/codestral-embed-2505', 0.15),
    ],
  },
  {
    id: 'cohere/embed-v4',
    name: 'Embed 4',
    released: '2025-04-15',
    aliases: ['embed-v4.0'],
    tokenFamily: 'other',
    openWeights: false,
    dimensions: 1_536,
    // Its own API can shorten them, the compatible one that we speak cannot.
    maxDimensions: null,
    maxInputTokens: 128_000,
    source: COHERE_ON_AWS,
    offers: [{ host: 'cohere', hostModelId: 'embed-v4.0', price: usd(0.12, GENAI_PRICES) }],
  },
  {
    id: 'qwen/text-embedding-v4',
    name: 'Text Embedding v4',
    released: '2025-06-05',
    aliases: [],
    tokenFamily: 'qwen',
    openWeights: false,
    dimensions: 1_024,
    maxDimensions: 2_048,
    maxInputTokens: 8_192,
    source: MODEL_STUDIO,
    offers: [{ host: 'qwen', hostModelId: 'text-embedding-v4', price: usd(0.07, MODEL_STUDIO) }],
  },
  {
    id: 'baai/bge-m3',
    name: 'BGE-M3',
    released: '2024-01-29',
    aliases: [],
    tokenFamily: 'other',
    openWeights: true,
    dimensions: 1_024,
    maxDimensions: null,
    maxInputTokens: 8_192,
    source: BGE_M3_PAGE,
    offers: [
      { host: 'workers-ai', hostModelId: '@cf/baai/bge-m3', price: usd(0.012, GENAI_PRICES) },
      atOpenRouter('baai/bge-m3', 0.01),
    ],
  },
]
