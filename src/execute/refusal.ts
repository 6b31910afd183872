/** An answer longer than this says more than no, in UTF-16 units. */
const MAX_CHARS = 400

const SORRY =
  "(?:i['’]?m|i am)(?: \\w+)? sorry|sorry|(?:my )?apologies|i apologi[sz]e|unfortunately|as an? (?:ai|(?:large )?language model|assistant)[^,.]{0,40}"
const CANNOT =
  "can['’]?t|cannot|can not|won['’]?t|will not|(?:am |['’]m )?(?:not able|unable|not allowed|not permitted|not going) to"
const ANSWER =
  'help(?=[.,!;]|$| (?:you|with|in|on|here|create|make|do|plan)\\b)|assist|provide(?! for)|comply|fulfil+|satisfy|support (?:that|this)|' +
  'do (?:that|this)|answer (?:that|this|your|the)|discuss|engage|participate|complete (?:that|this|your)|' +
  'respond to|continue with|process (?:that|this|your)|facilitate|endorse|promote|' +
  '(?:create|generate|write|produce) (?:\\w+ ){0,3}(?:content|material|malware|exploits?|instructions|that|this)|' +
  '(?:give|offer|share) (?:you )?(?:that|this|instructions|advice|guidance|information|details)'

/** How a refusal begins, by language. */
const REFUSALS: readonly RegExp[] = [
  new RegExp(
    `^[\\s*_]*(?:(?:${SORRY})[\\s,.;:!—–-]*(?:but |however,? )?)*i ?(?:${CANNOT}) (?:directly |currently |ethically |in good conscience )?(?:${ANSWER})`,
    'i',
  ),
  new RegExp(
    `^[\\s*_]*(?:(?:${SORRY})[\\s,.;:!—–-]*(?:but |however,? )?)*(?:i (?:must|have to|need to|will have to)(?: \\w+)? decline|i(?:['’]m| am) not comfortable|i do(?:n['’]t| not) feel comfortable|(?:that|this)(?:['’]s| is) (?:not something i|beyond my (?:current )?scope))`,
    'i',
  ),
  /^[\s*_]*(?:(?:非常|很|真的|十分)?(?:抱歉|对不起|對不起|不好意思|遗憾|遺憾)[，,。！!\s]*(?:但是?|不过|不過)?[，,\s]*)?(?:作[为為][^，。]{0,24}[，,]\s*)?我(?:暂时|暫時|目前|恐怕)?(?:不能|无法|無法|不可以|没办法|沒辦法|不便)(?:直接)?(?:[为為向给給替](?:您|你))?(?:提供|协助|協助|帮助|幫助|帮您|帮你|幫您|幫你|回答(?:这|這|您|你|该|該|有关|有關|$|[。，])|满足|滿足|完成(?:这|這|您|你|该|該)|生成|参与|參與|支持|讨论|討論|给出|給出|继续(?:这|這|讨|对)|繼續(?:這|討|對)|撰写|撰寫|处理(?:这|您|你|该)|處理(?:這|您|你|該)|执行|執行|遵从|遵從|配合)/,
  /^[\s*_]*(?:你好|您好)?[，,]?\s*(?:(?:非常|很)?(?:抱歉|对不起|對不起)[，,]\s*)?(?:(?:这个|這個|该|該|此|您的|你的)(?:问题|問題|请求|請求|话题|話題)我?(?:暂时|暫時)?(?:无法|無法|不能|不便)|我还没有学会如何|我還沒有學會如何)/,
  /^[\s*_]*(?:(?:es )?tut mir (?:sehr )?leid[,.]? *(?:aber )?|leider |entschuldigung,? *(?:aber )?)?(?:(?:das|dabei|damit|hierbei|da) )?(?:kann|darf|werde) ich (?:\w+ ){0,6}nicht (?:\w+ ){0,2}(?:helfen|weiterhelfen|unterstützen|behilflich|bereitstellen|erfüllen|beantworten|tun|machen|erstellen|geben)/i,
  /^[\s*_]*(?:(?:es )?tut mir (?:sehr )?leid[,.]? *(?:aber )?)?ich (?:kann|darf|werde) (?:\w+ ){0,6}(?:nicht|keine) (?:\w+ ){0,4}(?:helfen|weiterhelfen|unterstützen|behilflich|bereitstellen|erfüllen|beantworten|erstellen|geben)/i,
  /^[\s*_]*(?:(?:je suis )?(?:vraiment )?désolée?[,.]? *(?:mais )?|malheureusement,? *)?je ne (?:peux|suis pas en mesure|pourrai)(?: pas)? (?:de |d['’])?(?:(?:vous|te|t['’]) ?)?(?:aider|fournir|répondre à (?:cette|votre)|assister|satisfaire|accéder à (?:cette|votre)|donner d|créer de contenu|générer)/i,
  /^[\s*_]*(?:lo siento(?: mucho)?[,.]? *(?:pero )?|lamentablemente,? *)?no (?:puedo|me es posible) (?:ayudar(?:te|le|lo|la|con|en|\b)|proporcionar|asistir|cumplir|responder a (?:esa|esta|su|tu)|brindar|ofrecer|generar|crear contenido)/i,
  /^[\s*_]*(?:mi dispiace(?: molto)?[,.]? *(?:ma )?|purtroppo,? *)?non (?:posso|sono in grado di) (?:aiutar(?:ti|la|vi|e)|fornir|assister|soddisfare|rispondere a (?:questa|quest)|generare|creare contenuti)/i,
  /^[\s*_]*(?:(?:me )?desculp[ea]|lamento|sinto muito|infelizmente)?[,.]? *(?:mas )?(?:eu )?não (?:posso|consigo) (?:ajudar|fornecer|atender|auxiliar|responder a (?:essa|esta)|gerar|criar conteúdo)/i,
]

/** A model that lacks something, or wants to know more, does not refuse. */
const WILLING =
  /\bwithout (?:more|further|additional|knowing|seeing|the|any|access|context|details)\b|more (?:information|context|details?)|real[- ]time|up[- ]to[- ]date|could you (?:please )?(?:share|provide|clarify|paste|upload|tell)|请(?:您)?(?:提供|上传|补充)|請(?:您)?(?:提供|上傳|補充)|实时|即時|実際/i

/**
 * Whether a text is a model's refusal and nothing else: short, and worded as they are in English, Chinese, German,
 * French, Spanish, Italian and Portuguese. Made for certainty: a refusal in other words is not recognised.
 */
export function isRefusal(text: string): boolean {
  if (text.length > MAX_CHARS || WILLING.test(text)) return false
  return REFUSALS.some((pattern) => pattern.test(text))
}
