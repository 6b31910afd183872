import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import type { TaskType } from '../../../src/core/demand.ts'
import { ask } from './request.ts'

const TICKET =
  'Customer #4521 (Mei Lin, mei.lin@example.com) reported on 3 May that order 88-231 arrived broken.'
const ARTICLE =
  'The city council voted on Tuesday to extend the tram line by four stations. Construction starts in spring and is expected to take three years. Shop owners along the route fear a loss of customers, while commuters welcome shorter trips.'
const ARTICLE_HANT =
  '市議會週二表決通過將輕軌延長四站，工程預計春天動工，為期三年。沿線店家擔心客源流失，通勤族則歡迎更短的車程。'
const ARTICLE_HANS =
  '市议会周二表决通过将轻轨延长四站，工程预计春天动工，为期三年。沿线店家担心客源流失，通勤族则欢迎更短的车程。'

const PROMPTS: readonly (readonly [TaskType, string])[] = [
  ['translation', 'Translate the following sentence into German: The meeting has been moved to Friday.'],
  ['translation', 'How do you say "where is the station" in Japanese?'],
  ['translation', '翻译: 你好'],
  ['translation', '請把這段話翻譯成英文：明天早上九點開會。'],
  ['translation', '请把这段话翻译成英文：明天早上九点开会。'],
  ['translation', '「謝謝你的幫忙」的日文怎麼說？請翻成日文。'],
  ['translation', '次の文を英語に翻訳してください：明日は雨が降るでしょう。'],
  ['translation', 'Übersetze den folgenden Satz ins Englische: Ich habe heute keine Zeit.'],
  ['translation', 'Traduis cette phrase en anglais : Je ne comprends pas.'],
  ['translation', 'Traduce al inglés: Mañana iremos a la playa.'],
  ['summarization', `Summarize this article in two sentences:\n\n${ARTICLE}`],
  ['summarization', `${ARTICLE}\n\nTL;DR please`],
  ['summarization', `What are the key takeaways of the text below?\n${ARTICLE}`],
  ['summarization', `請用三句話總結以下新聞：${ARTICLE_HANT}`],
  ['summarization', `请用三句话总结以下新闻：${ARTICLE_HANS}`],
  ['summarization', `幫我整理這篇文章的重點摘要：\n${ARTICLE_HANT}`],
  ['summarization', `${ARTICLE_HANS}\n以上内容概括成一句话`],
  [
    'summarization',
    'Fasse den folgenden Text zusammen: Die Bahn fährt ab Montag wieder. Alle Züge verkehren nach Plan.',
  ],
  [
    'summarization',
    'Résume ce texte en une phrase : Le conseil a voté mardi la prolongation de la ligne de tram.',
  ],
  ['summarization', '次の記事を要約してください：市議会は火曜日に路面電車の延伸を可決した。'],
  ['extraction', `Extract the name, email and order number from this ticket as JSON:\n${TICKET}`],
  ['extraction', `List all the dates mentioned in the following text: ${ARTICLE}`],
  ['extraction', `從以下文字中擷取所有地點與日期：${ARTICLE_HANT}`],
  ['extraction', `从以下文字中提取所有地点和日期：${ARTICLE_HANS}`],
  ['extraction', '找出下面這段話中的人名：小明和阿華昨天去拜訪王老師。'],
  ['extraction', '抽取下面文本里的公司名称和金额：腾讯以三亿元收购了该公司。'],
  ['extraction', 'Extrae los nombres propios del siguiente texto: Ana y Luis viven en Sevilla.'],
  ['extraction', 'Extrahiere alle Namen aus dem folgenden Text: Anna traf Peter in Köln.'],
  [
    'classification',
    'Classify the sentiment of this review as positive, negative or neutral: "Battery died after a day."',
  ],
  ['classification', 'Is this email spam or not spam? "You have won a prize, click here"'],
  [
    'classification',
    'Label each ticket as billing, technical or other:\n1. I was charged twice\n2. The app crashes',
  ],
  ['classification', '判斷這則評論的情感是正面還是負面：「服務很差，再也不來了」'],
  ['classification', '判断这条评论的情感是正面还是负面：“服务很差，再也不来了”'],
  ['classification', '將以下動物分類為哺乳類或鳥類：貓、麻雀、鯨魚'],
  ['classification', '将下列词语分类为动词或名词：跑步、桌子、唱歌、电脑'],
  ['classification', 'Klassifiziere diese Bewertung als positiv oder negativ: Das Essen war kalt.'],
  ['classification', 'Clasifica este mensaje como queja o elogio: El servicio fue excelente.'],
  ['knowledge', '语音识别和机器翻译有什么区别？'],
  ['knowledge', '語音辨識和機器翻譯有什麼差別？'],
  ['reasoning', '小陈、小林、小吴三人分别是厨师、司机和医生。小陈比医生年长，司机最年轻。小林是做什么的？'],
  ['extraction', `根据以下文章回答问题：店家为什么担心？文章：${ARTICLE_HANS}`],
  ['writing', 'Write the script for a scene in a hospital where two nurses disagree.'],
  ['writing', '帮我写一个短视频脚本，介绍我们的咖啡馆'],
  ['rewrite', 'fix this: she go to school'],
  ['rewrite', 'Rewrite this to sound more professional: hey, need that report asap'],
  ['rewrite', 'Fix the grammar in this sentence: he go to school yesterday and buyed a book'],
  [
    'rewrite',
    'Paraphrase the following paragraph in simpler words: The proliferation of devices engenders complexity.',
  ],
  ['rewrite', '請潤飾以下句子，讓語氣更正式：這個案子我們搞不定啦'],
  ['rewrite', '请润色以下句子，让语气更正式：这个项目我们搞不定啦'],
  ['rewrite', '把這段改寫得更簡潔：我們公司在過去的這一年當中其實做了非常多的事情。'],
  ['rewrite', '请改写下面这句话，使其更通顺：因为下雨的原因所以导致我迟到了。'],
  ['rewrite', 'Formuliere diesen Satz höflicher um: Schick mir die Datei.'],
  ['rewrite', 'Reformule cette phrase de façon plus polie : Envoie-moi le fichier.'],
  ['rewrite', 'Corrige este texto: Ayer yo fue al mercado y compré mucho manzanas.'],
  ['roleplay', 'Pretend you are a grumpy pirate captain and greet your new crew.'],
  ['roleplay', 'I want you to act as a job interviewer. Ask me questions one by one.'],
  ['roleplay', '請你扮演一位嚴格的面試官，對我進行面試。'],
  ['roleplay', '请你扮演一位严格的面试官，对我进行面试。'],
  ['roleplay', '假設你是諸葛亮，你會怎麼勸劉備？用他的口吻跟我說話。'],
  ['roleplay', '从现在起你是一只傲娇的猫，用猫的语气和我对话。'],
  ['roleplay', 'あなたは厳しい面接官になりきって、私に質問してください。'],
  ['roleplay', 'Actúa como un guía turístico de Sevilla y dame la bienvenida.'],
  ['chat', 'hi'],
  ['chat', 'Hey, how are you doing today?'],
  ['chat', 'thanks, that was great!'],
  ['chat', 'good morning'],
  ['chat', 'tell me a joke'],
  ['chat', '你好'],
  ['chat', '早安！今天心情有點低落'],
  ['chat', '谢谢你，辛苦了'],
  ['chat', '在吗？陪我聊聊天吧'],
  ['chat', 'こんにちは、元気ですか'],
  ['chat', 'Hallo, wie geht es dir?'],
  ['chat', 'Bonjour, ça va ?'],
  ['chat', '¡Hola! ¿Qué tal?'],
  ['brainstorm', 'Give me 10 ideas for a birthday party for a 6-year-old.'],
  ['brainstorm', 'Suggest some names for a coffee shop near a library.'],
  ['brainstorm', 'Brainstorm marketing strategies for a small bakery'],
  ['brainstorm', '幫我想五個咖啡店的名字'],
  ['brainstorm', '帮我想十个短视频选题的点子'],
  ['brainstorm', '推薦幾個適合親子旅遊的地方，並給我一些建議'],
  ['brainstorm', '请给出几个提高团队士气的创意'],
  ['brainstorm', 'Nenne mir Ideen für ein Teamevent im Winter.'],
  ['brainstorm', '新しいカフェの名前のアイデアを5つ提案してください。'],
  ['code', 'Write a Python function that merges two sorted lists.'],
  ['code', '用 Python 寫一個函式，檢查字串是不是迴文'],
  ['code', '用 Java 写一个线程安全的单例模式'],
  ['code', 'Why does this throw?\n```js\nconst a = null\na.b()\n```'],
  ['math', 'Solve for x: 3x^2 - 12x + 9 = 0'],
  ['math', '小明有 12 顆蘋果，給了小華 5 顆，又買了 8 顆，現在有幾顆？'],
  ['math', '解方程：2x + 7 = 19'],
  ['math', 'A train travels 120 km in 2 hours. How many kilometers does it travel in 5 hours?'],
  [
    'reasoning',
    'Alice is taller than Bob, Bob is taller than Carol. Logically, who is the shortest? Explain your reasoning.',
  ],
  ['reasoning', '甲說乙在說謊，乙說丙在說謊，丙說甲和乙都在說謊。請推理誰說的是真話？'],
  ['knowledge', "what's the capital of France"],
  ['knowledge', 'Explain how vaccines work.'],
  ['knowledge', '什麼是光合作用？'],
  ['knowledge', '为什么天空是蓝色的？'],
  ['knowledge', 'Was ist der Unterschied zwischen Wetter und Klima?'],
  ['writing', 'Write a short story about a lighthouse keeper who finds a message in a bottle.'],
  ['writing', '寫一封請假的電子郵件給主管'],
  ['writing', '写一篇关于春天的作文，500字左右'],
  ['writing', 'Escribe un poema sobre el mar.'],
  ['writing', 'Schreibe ein Gedicht über den Herbst.'],
]

describe('classify: task type', () => {
  it.each(PROMPTS)('%s: %s', (taskType, prompt) => {
    expect(classify(ask(prompt)).taskType).toBe(taskType)
  })

  it('is sure of a plain request and unsure of an empty one', () => {
    expect(
      classify(ask('Write a Python function that merges two sorted lists.')).taskConfidence,
    ).toBeGreaterThan(0.8)
    expect(classify(ask('')).taskConfidence).toBeLessThan(0.6)
  })

  it('reads an instruction that follows long material', () => {
    const material = `${ARTICLE} `.repeat(60)
    expect(classify(ask(`${material}\n\nSummarize the text above.`)).taskType).toBe('summarization')
    expect(classify(ask(`Translate into French:\n\n${material}`)).taskType).toBe('translation')
  })
})
