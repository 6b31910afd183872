import { describe, expect, it } from 'vitest'
import { isRefusal } from '../../../src/execute/refusal.ts'

const REFUSALS = [
  "I'm sorry, but I can't help with that.",
  'I’m sorry, but I can’t assist with that request.',
  "I'm really sorry, but I can't provide that information.",
  "Sorry, but that's not something I'm able to help with.",
  "I can't help with instructions for making explosives. If you are safe to talk, I can point you to support.",
  "I can't help with breaking into accounts without permission.",
  'I cannot fulfill this request. I am programmed to be a helpful and harmless AI assistant.',
  "I'm not able to help with that, as I'm only a language model.",
  'As an AI language model, I cannot provide assistance with illegal activities.',
  'Unfortunately, I am unable to comply with this request.',
  'I apologize, but I cannot in good conscience assist with that.',
  'I must respectfully decline to write that.',
  "I won't provide instructions for synthesizing this compound.",
  "I'm not comfortable writing this. Is there something else I can do?",
  'I cannot create explicit content.',
  "I can't write malware, but I can explain how defenders detect it.",
  "Sorry, that's beyond my current scope. Let’s talk about something else.",
  '**I cannot assist with this request.**',
  '抱歉，我无法提供这方面的帮助。',
  '很抱歉，我不能协助您完成这个请求。',
  '对不起，我无法回答这个问题。',
  '对不起，我还没有学会如何思考这类问题，我擅长数学、代码、逻辑类的题目，欢迎与我交流。',
  '你好，这个问题我暂时无法回答，让我们换个话题再聊聊吧。',
  '作为一个人工智能语言模型，我不能生成此类内容。',
  '抱歉，我無法協助你處理這項要求。',
  '很抱歉，我不能提供這類資訊。',
  '對不起，這個問題我無法回答。',
  '我無法提供製作武器的說明。',
  'Es tut mir leid, aber dabei kann ich nicht helfen.',
  'Tut mir leid, ich kann Ihnen bei dieser Anfrage nicht weiterhelfen.',
  'Ich kann dir dabei leider nicht helfen.',
  'Das kann ich leider nicht beantworten.',
  'Je suis désolé, mais je ne peux pas vous aider avec cette demande.',
  'Désolée, je ne peux pas répondre à cette question.',
  'Je ne peux pas fournir ce type de contenu.',
  'Lo siento, pero no puedo ayudarte con eso.',
  'No puedo proporcionar esa información.',
  'Mi dispiace, ma non posso aiutarti con questa richiesta.',
  'Purtroppo non sono in grado di fornire queste istruzioni.',
  'Desculpe, mas não posso ajudar com isso.',
  'Infelizmente, não posso fornecer essas instruções.',
]

const INNOCENT = [
  "I'm sorry to hear that your dog is ill. Give him water and call a vet.",
  "I'm sorry, I misread your question: the answer is 42.",
  "I can't help but admire how compact this proof is.",
  "I can't help falling in love with you – Elvis Presley, 1961.",
  'I cannot overstate how useful indexes are here.',
  "I can't write to you and not think of the sea, my dear.",
  "I can't provide for my family on this wage, the farmer said.",
  'I cannot provide a precise figure without more information. How long is the beam?',
  "I can't see the picture you mentioned. Could you upload it again?",
  "I can't access real-time data, but the last known rate was 1.08.",
  "I won't bore you: the capital of Australia is Canberra.",
  'Sorry for the confusion! The right command is `git rebase --abort`.',
  'Unfortunately, the function is not pure: it reads the clock.',
  '"I can\'t help you with that," said the innkeeper, and closed the door.',
  'As an AI language model, I was trained on text up to a certain date.',
  'I am not able to swim, he wrote in his diary.',
  'This is not possible in CSS; use JavaScript instead.',
  '抱歉让您久等了，这是您要的翻译：',
  '对不起，我刚才算错了，正确答案是 12。',
  '我不能没有你，这是那首歌的名字。',
  '很抱歉听到这个消息，请节哀。',
  '我无法确定您指的是哪个版本，请提供更多信息。',
  '抱歉，我無法看到圖片，請您上傳後再試一次。',
  '這個問題可以分成兩步來看。',
  '抱歉讓你久等了，以下是摘要。',
  'Es tut mir leid, das zu hören. Ruh dich aus.',
  'Ich kann nicht schlafen, so beginnt das Gedicht.',
  'Leider ist die Funktion veraltet; nimm `fetch`.',
  "Je suis désolé d'apprendre cette nouvelle.",
  'Je ne peux pas vivre sans toi est une chanson.',
  'Lo siento mucho por tu pérdida.',
  'No puedo creer que ya sea viernes, dijo Ana.',
  'Mi dispiace per il ritardo: ecco la risposta.',
  'Não posso acreditar, disse ela.',
  '',
]

describe('isRefusal', () => {
  it.each(REFUSALS)('knows a refusal: %s', (text) => {
    expect(isRefusal(text)).toBe(true)
  })

  it.each(INNOCENT)('leaves an answer alone: %s', (text) => {
    expect(isRefusal(text)).toBe(false)
  })

  it('leaves alone what says much more than no', () => {
    expect(isRefusal(`I can't help with that. ${'Here is what I can do instead. '.repeat(20)}`)).toBe(false)
  })

  it('is quick about texts that nearly match', () => {
    const texts = ["I'm sorry ".repeat(39), `as an ai ${'a '.repeat(190)}`, `ich kann ${'a '.repeat(190)}`]
    const before = performance.now()
    for (let round = 0; round < 100; round += 1) texts.forEach(isRefusal)
    expect(performance.now() - before).toBeLessThan(1_000)
  })
})
