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
  maxOutputTokens: 1_000_000,
  topK: 1_000,
  /** Answers to one request. */
  choices: 8,
} as const
