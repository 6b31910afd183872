/**
 * How much a text tries to make a model do otherwise than it was told: phrases that say so, each with its weight. A
 * phrase alone may be innocent, as in a text about the matter; several of them are not.
 */
const SIGNALS: readonly { weight: number; pattern: RegExp }[] = [
  // Takes back what was said before.
  {
    weight: 0.8,
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass|skip|discard)\b[^.!?\n]{0,30}\b(?:previous|prior|above|earlier|preceding|all|any|your|system|original|initial|former)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules?|directions?|guidelines?|commands?|programming|guardrails?|restrictions?)\b/i,
  },
  {
    weight: 0.8,
    pattern:
      /(?:忽略|忽視|忽视|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|跳过|跳過|绕过|繞過|抛开|拋開)[^。！？\n]{0,12}(?:之前|以前|先前|前面|上面|以上|所有|全部|一切|你的|系统|系統|原本|原来|原來)[^。！？\n]{0,12}(?:指令|指示|提示|规则|規則|命令|限制|设定|設定|要求)/,
  },
  { weight: 0.4, pattern: /\b(?:new|updated|real|actual) (?:system )?(?:instructions?|prompt)\s*[:：]/i },
  // Wants to see what it must not.
  {
    weight: 0.7,
    pattern:
      /\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|dump|recite|reproduce|what (?:is|are|were))\b[^.!?\n]{0,40}\b(?:your|the) (?:\w+ )?(?:system|hidden|initial|original|secret|developer|internal) (?:prompt|instructions?|message|rules)\b/i,
  },
  {
    weight: 0.6,
    pattern:
      /\b(?:repeat|print|output) (?:everything|all(?: the)? (?:text|words)|the (?:text|words)) (?:above|before)\b/i,
  },
  {
    weight: 0.7,
    pattern:
      /(?:显示|顯示|输出|輸出|打印|列印|重复|重複|告诉我|告訴我|泄露|洩漏|给我看|給我看|公开|公開|复述|複述)[^。！？\n]{0,12}(?:你的|完整|原始|隐藏|隱藏|内部|內部|系统|系統)[^。！？\n]{0,6}(?:提示词|提示詞|提示|指令|设定|設定|prompt)/i,
  },
  // Makes it somebody else.
  {
    weight: 0.6,
    pattern:
      /\b(?:you are now|from now on,? you(?: are|'re| will be| must act)|pretend (?:to be|you are|that you)|act as if you)\b[^.!?\n]{0,60}\b(?:dan\b|unrestricted|unfiltered|uncensored|jailbroken|no (?:restrictions|rules|limits|filters|guidelines)|without (?:any )?(?:restrictions|rules|limits|filters|guidelines)|evil|not bound)/i,
  },
  {
    weight: 0.6,
    pattern:
      /\b(?:do anything now|jailbreak(?:ed)? mode|DAN mode|god mode|developer mode (?:is (?:now )?on|(?:is )?(?:enabled|activated)))\b/i,
  },
  {
    weight: 0.5,
    pattern:
      /\b(?:enable|enter|activate|switch to|turn on) (?:developer|debug|admin|root|sudo|jailbreak|unrestricted) mode\b/i,
  },
  {
    weight: 0.6,
    pattern:
      /(?:进入|進入|开启|開啟|启用|啟用|切换到|切換到)[^。！？\n]{0,6}(?:开发者|開發者|越狱|越獄|管理员|管理員|无限制|無限制|上帝|调试|除錯)模式/,
  },
  {
    weight: 0.6,
    pattern:
      /(?:从现在开始|從現在開始|从现在起|從現在起|现在你是|現在你是|你现在是|你現在是|假装|假裝|扮演)[^。！？\n]{0,20}(?:没有任何|沒有任何|不受|无任何|無任何|毫无|毫無)[^。！？\n]{0,8}(?:限制|约束|約束|规则|規則|审查|審查|道德)/,
  },
  // Speaks with another's voice: turns of a conversation, the marks between them.
  {
    weight: 0.6,
    pattern: /<\|(?:im_start|im_end|system|endoftext|start_header_id)\|>|\[\/?INST\]|<<\/?SYS>>/,
  },
  {
    weight: 0.4,
    pattern:
      /(?:^|\n)\s{0,4}(?:#{1,4} ?)?(?:system|developer)(?: message| prompt)?\s{0,2}[:：]\s{0,4}(?:you|ignore|new|override|from now)/i,
  },
  // Orders within what a tool or a page brought.
  {
    weight: 0.6,
    pattern:
      /\b(?:ai|assistant|language model|llm|chatbot|agent|model)s?\b[^.!?\n]{0,40}\b(?:reading|processing|summari[sz]ing|seeing|analy[sz]ing) this\b[^\n]{0,80}\b(?:must|should|please|ignore|instead|do not|send|include)\b/i,
  },
  {
    weight: 0.5,
    pattern:
      /\b(?:send|forward|post|upload|exfiltrate|email)\b[^.!?\n]{0,40}\b(?:conversation|chat history|api keys?|credentials|passwords?|system prompt|secrets?)\b[^.!?\n]{0,30}\bto\b/i,
  },
  {
    weight: 0.4,
    pattern:
      /\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to|reveal (?:this|it) to|alert) the (?:user|human|operator)\b/i,
  },
  { weight: 0.4, pattern: /(?:不要|别|別|不得)(?:告诉|告訴|告知|通知|让|讓)(?:用户|使用者|用戶)/ },
  // Hides what it says.
  {
    weight: 0.6,
    pattern:
      /\b(?:decode|decrypt|unscramble|de-?obfuscate)\b[^.!?\n]{0,40}\b(?:base64|rot13|hex|cipher|morse)\b[^.!?\n]{0,60}\b(?:follow|execute|obey|comply|carry out|do what|perform)\b/i,
  },
  {
    weight: 0.6,
    pattern: /(?:解码|解碼|解密)[^。！？\n]{0,20}(?:执行|執行|照做|遵循|服从|服從)/,
  },
  // Letters that nobody sees: tags (Unicode E0000) can carry a whole order.
  { weight: 0.7, pattern: /[\u{e0020}-\u{e007e}]{4}/u },
]

/** The longest piece that is looked at in one go: patterns look back over a sentence, no further. */
const MAX_CHARS = 65_536

/** @returns 0 (nothing speaks for it) .. 1: the chance that not all signals are innocent, were they independent */
export function injectionScore(text: string): number {
  let innocent = 1
  for (const { weight, pattern } of SIGNALS) if (occurs(pattern, text)) innocent *= 1 - weight
  return 1 - innocent
}

function occurs(pattern: RegExp, text: string): boolean {
  for (let at = 0; at < text.length; at += MAX_CHARS) {
    if (pattern.test(text.slice(Math.max(0, at - 256), at + MAX_CHARS))) return true
  }
  return false
}
