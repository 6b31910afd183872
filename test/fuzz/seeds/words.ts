/** Texts of prompts and fields: plain, of many scripts, and such as break framing, encoding or counting. */
export const TEXTS = [
  'Hello',
  'What is 17 * 23?',
  'Write a function that reverses a list in Rust, with tests.',
  '请把这段话翻译成英文：你好，世界',
  'Schreib mir ein Gedicht über den Mond.',
  'Prove that there are infinitely many primes.',
  ' ',
  '\n\n\t',
  'line one\r\nline two\r\n\r\ndata: {"type":"message_stop"}\n\n',
  'data: [DONE]\n\nevent: error\n\n',
  '"finish_reason":"stop","usage":{"error":{',
  '</s><|im_end|>',
  'a\u0000b\u0007c',
  '\ud83d',
  'x\udc00\ud800y',
  '👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 \u202Eright to left\u202C \uFEFF\u200B',
  'ﷺ𝕳𝖊𝖑𝖑𝖔 שלום مرحبا नमस्ते',
  'word '.repeat(3_000),
  `{"answer": ${'[1,'.repeat(50)}`,
  '__proto__',
] as const

/** Names of tools, users, files: good ones, and such as hosts refuse. */
export const NAMES = [
  'get_weather',
  'search',
  'a',
  'a-b_c9',
  'a.b/c:d',
  'with space',
  'x\r\ny: z',
  '名字',
  'toString',
  '__proto__',
  'json_answer',
  'n'.repeat(64),
  'n'.repeat(65),
  'n'.repeat(129),
] as const

/** The smallest picture, sound and document that are what they say. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='
export const PDF = 'JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2c+PgplbmRvYmoKdHJhaWxlcjw8L1Jvb3QgMSAwIFI+Pgo='
