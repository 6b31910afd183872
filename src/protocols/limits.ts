/** Limits of one request. Sizes in items or characters; the whole body is bounded in bytes at the door. */
export const LIMITS = {
  messages: 10_000,
  partsPerMessage: 1_000,
  tools: 512,
  toolNameChars: 128,
  stopSequences: 16,
  modelNameChars: 256,
  models: 16,
  metadataPairs: 16,
  metadataKeyChars: 64,
  metadataValueChars: 512,
  sessionIdChars: 256,
  hostIdChars: 128,
  /** Hosts of one model. */
  deployments: 64,
  /** Rules of what may be taken. */
  limitRules: 100,
  maxOutputTokens: 1_000_000,
  topK: 1_000,
  /** Answers to one request. */
  choices: 8,
  retries: 10,
  /** Calls for one answer. */
  attempts: 20,
  /** Takeovers of one answer that broke off. */
  streamFallbacks: 5,
  /** The longest that anybody may ask us to wait: an hour. */
  waitMs: 3_600_000,
  /** The longest that an answer may be reused: 30 days. */
  cacheTtlSeconds: 2_592_000,
} as const
