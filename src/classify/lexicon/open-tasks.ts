import type { TaskLine } from './signals.ts'

/** Phrases of open requests: questions of fact, writing, ideas, roles, small talk, actions in the world. */
export const OPEN_TASKS: readonly TaskLine[] = [
  [
    'knowledge',
    2.4,
    "^what is|^what are|^what was|^what were|^what's|^who is|^who was|^who were|^who|^when did|^when was|^when|^where is|^where|^why do|^why does|^why is|^why are|^why|^which|^how does|^how do|^how did|^explain|^describe the|^define|^tell me about|^what does|^is it true|^are there|^is there|^does|^do|^can|^how can you|^how might|^what causes|^how long|^how is|^what",
  ],
  [
    'knowledge',
    2.4,
    'difference between|^compare|eli5|tell me about|unterschied zwischen|différence entre|diferencia entre|capital of|definition of|meaning of|what does|history of|according to the law|the process of|the concept of|how it works|the role of|causes of|effects of|symptoms of|the significance|what happened|invented|discovered|president of|population of|born in|explain the|explain how|explain why|pros and cons|stand for|synonym*|spell|who wrote|potential implications|the impact of|advantages and disadvantages|which of the following|compare and contrast|overview of|theory of',
  ],
  [
    'knowledge',
    2.6,
    '是什么|什么是|为什么|为何|是谁|哪一年|哪个国家|哪些|哪个|哪种|什么意思|的意思|含义|定义|介绍一下|介绍|简述|解释|解释一下|说明|区别|差别|差异|有什么不同|有何不同|原理|原因|历史|首都|位于|发明|作者是|起源|特点|作用|影响|有何|何时|何地|怎么回事|如何理解|是否|真的吗|这首诗|表达了|科普|知识|概念|读音|什么结构|出自|朝代|的是|的说法|下列|正确的是|错误的是|不正确的是|属于|诊断为|根据《|分析|试述|简要分析|结合所学知识|叙述',
  ],
  [
    'knowledge',
    2.2,
    "qué es|qué son|quién|cuándo|dónde|por qué|cuál es|qu'est-ce que|qui est|quand|où|pourquoi|quel|quelle|was ist|was sind|wer ist|wer war|wann|wo|warum|wieso|erkläre|erklär|explique|explica|expliquer|explícame|とは|なぜ|いつ|どこ|誰|どうして|説明して|教えて|何ですか|무엇|누구|언제|어디|왜|설명|что такое|кто|когда|где|почему|объясни|какой|какие|какая|cos'è|perché|o que é|por que|wat is|waarom|nedir|kim|là gì|tại sao|คืออะไร|ما هو|ما هي|متى|أين|لماذا|من هو|क्या है|कौन|कब|कहाँ|क्यों|τι είναι|ποιος|πότε|πού|γιατί|ποια|co to jest|dlaczego",
  ],
  [
    'knowledge',
    1.4,
    '物体|电场|磁场|质量|反应|溶液|细胞|元素|化合物|氧化|还原|实验|作用力|能量|波长|小球|粒子|基因|酶|植物|动物|生物|地形|气候|土壤|法律|民法|刑法|合同|犯罪|宪法|经济|市场|政府|革命|战争|朝|诗人|疾病|患者|症|药|营养|管理|工程|会计|审计|教育|心理|哲学|文化|材料|地区|世纪|force|voltage|molecule*|chemical|reaction|cell|cells|gene|genes|species|atom*|electron*|velocity|law|court|constitution*|century|war|empire|disease|patient|economy|economic|philosoph*|psycholog*|treaty|mineral|planet|protein*|bacteria',
  ],
  [
    'compose',
    1.6,
    'write|^compose|^draft|^create|^generate|^make a|^produce|^craft|^give me a|writing|^develop a|write me|^prepare a|^outline|^structure',
  ],
  [
    'writing',
    4,
    'essay*|write a story|short story|poem*|poetry|haiku|limerick|sonnet|lyrics|rap|song about|ballad|screenplay|blog post|blog|cover letter|speech|press release|product description|advertisement|ad copy|tagline|slogan*|op-ed|newsletter|write an email|email to|draft an email|an email|write a letter|letter of|a letter|formal letter|eulogy|novel|fairy tale|fable|tweet|tweets|instagram|linkedin post|social media post|caption*|resume for|write a resume|cv|itinerary|syllabus|lesson plan|business plan|proposal|biography|diary entry|monologue|dialogue between|fan fiction|fanfic|script for|a review|movie review|critique|report on|write a report|article about|write an article|an article|news article|wedding vows|riddle about|a joke|jokes|acrostic|parody|dating profile|one paragraph|paragraphs|template|advertisement*|song|manifesto|obituary|pitch|rubric|worksheet|memo|announcement*|a story|story about|the story|stories',
  ],
  ['compose', 1.6, '写|撰写|编写|创作|生成|起草|拟一|作一'],
  [
    'writing',
    1.6,
    '写一个|写个|编写一个|文章|故事|小说|邮件|信件|报道|新闻|段落|论文|大纲|通知|公告|描述一|描述你|一篇|一封|段子|一段|英文版|正文|个句子|文体|风格',
  ],
  [
    'writing',
    2,
    'in the style of|all lowercase|in all capital|all caps|no commas|refrain from using commas|do not use any commas|no other language|exact phrase|repeat the request|asterisk*|separated by|quotation marks|at least 600 words|funny|name for|in a funny|rap|riddle|limerick|outline|wrapped in|double angular brackets|placeholder*|postscript|p.s.|at least 3 sections|highlight at least|bullet points|markdown|the keyword*|wrap your|entire response|your response|your answer|your entire|letter frequency|sentences|300+ word|word count|words or less|at least 300 words|more than 500 words',
  ],
  [
    'writing',
    4,
    '写一篇|写一封|写一首|写一段|写一则|写一份|写出一|写首|写篇|写封|写作|撰写|起草|创作|编写一篇|编写一段|编写一份|作文|诗歌|一首诗|写诗|古诗|现代诗|七言|五言|歌词|剧本|演讲稿|发言稿|致辞|感谢信|道歉信|求职信|推荐信|情书|文案|广告语|广告词|新闻稿|博客|博文|贴文|朋友圈|小红书|微博|公众号|日记|散文|议论文|记叙文|童话|寓言|对联|祝福语|标语|口号|影评|书评|读后感|简历|自我介绍|策划书|计划书|企划|文献综述|祭文|春联|撰文|续写|申请书|检讨书|工作总结|述职|台词',
  ],
  [
    'writing',
    4,
    'schreib*|gedicht*|geschichte|aufsatz|verfasse|brief an|e-mail an|écri*|rédige*|poème|histoire|lettre|discours|dissertation|escrib*|redacta*|poema|cuento|ensayo|carta|correo|historia|escrev*|redija|história|scriv*|poesia|racconto|書いて|作文|詩を|物語|小説|メール|手紙|써 줘|작성|시를|이야기|편지|напиши*|стих*|рассказ|сочинени*|письмо|эссе|napisz|wiersz|opowiadanie|yaz|şiir|hikaye|viết|bài thơ|câu chuyện|เขียน|اكتب|قصيدة|लिख*|कविता|γράψε|ποίημα',
  ],
  [
    'writing',
    3.4,
    'script for a|script of a|script about|movie script|film script|video script|play script|stage play|a skit|comedy sketch|a scene|scene between|scene where|scene in which|短视频脚本|视频脚本|拍摄脚本|分镜|小品|话剧|情景剧|相声|相符的正文|正文并',
  ],
  [
    'artifact',
    1,
    'poem|story|essay|email|letter|blog|speech|post|script|song|article|report|review|proposal|plan|resume|description|paragraph|summary|list',
  ],
  [
    'brainstorm',
    4,
    'brainstorm*|ideas|idea for|some ideas|suggestions|suggest*|recommend*|recommendation*|come up with|give me some|names for|name ideas|a list of|list of|^list|ways to|tips|tip for|what should i|what can i do|how can i|how can we|how do i improve|how to improve|how could|most effective ways|best ways|things to do|gift|gifts|topics for|creative ways|alternatives to|strategies for|strategies to|^name|possible|options for|advice|what if|^what if|help me think|inspiration|invent|steps i can|places to visit|what would happen if|examples of',
  ],
  [
    'brainstorm',
    2.2,
    '规划|行程|^plan a|^plan my|workout|meal plan|cook tonight|的名字|想五个|想十个|想几个|想一个|想三个|提示|发表意见|看法|观点|评价|怎么说|如何有效|挑战是|选择三|选择五|哪些表达|列一|想出|制定|你会如何|你会怎么|what would|my first',
  ],
  [
    'brainstorm',
    4,
    '头脑风暴|脑力激荡|点子|创意|想法|建议|推荐|列出|列举|举出|有哪些方法|哪些方法|怎么办|如何提高|如何改善|如何保持|怎样提高|怎么提高|提供一些|提供5|提供三|提供五|给出5|给出三|给出五|给我5|给我一些|给我几个|给出一些|几个名字|取名|起名|命名|方案|灵感|主意|送什么|去哪玩|如何减少|如何避免|会怎样|会怎么样|如果没有|优缺点|优点和缺点|选题|步骤|策略|措施|技巧|秘诀|设计一个|设计一款|提出|例子|开放性问题|开放式',
  ],
  [
    'brainstorm',
    4,
    'ideen|vorschläge|schlage|tipps|empfiehl|empfehl*|idées|suggère*|propose*|conseils|recommande*|ideas para|sugiere|sugerencias|recomienda*|recomiénd*|propón|lluvia de ideas|consejos|ideias|sugira|idee|suggerisci|consigli|アイデア|アイディア|提案|おすすめ|案を|アドバイス|아이디어|추천|제안|идеи|идей|предложи|посоветуй|совет*|pomysł*|zaproponuj|fikir|öner*|ý tưởng|gợi ý',
  ],
  [
    'roleplay',
    4.4,
    "act as|pretend to be|pretend you|pretend|you are now|^you are a|^you are an|imagine you are|imagine you're|imagine yourself|roleplay|role-play|role play|play the role|take on the role|stay in character|in character|respond as|speak as|as if you were|i want you to act|assume the role|your persona|persona|simulate a conversation|dungeon master|text adventure|text-based adventure|from the perspective of|^as a|^as an|embrace the role|suppose you are|impersonate|my girlfriend|my boyfriend|let's play",
  ],
  [
    'roleplay',
    4.4,
    '扮演|角色扮演|饰演|假装|假装成|假设你是|假如你是|如果你是|想象你是|想象一下，你是|想象一下你是|的身份|你现在是|现在你是|你是一名|你是一位|你是一个|你是一只|^你是|^你现在|作为一名|作为一个|作为一位|^作为|^假设你|^假如你|以第一人称|以他的口吻|口吻|的语气|模仿|充当|身份回答|人设|我们来玩|跑团|充当|以角色|对话。|之间的对话|你的任务是扮演|站在',
  ],
  [
    'roleplay',
    4.4,
    'spiele die rolle|tu so als|du bist ein|du bist eine|stell dir vor, du|joue le rôle|fais comme si|tu es un|tu es une|imagine que tu es|actúa como|haz de cuenta|eres un|eres una|imagina que eres|finge que|aja como|você é um|finja|fai finta|sei un|になりきって|役を演じ|演じて|のふりを|あなたは|너는|당신은|역할극|역할을|представь, что ты|притворись|ты —|wciel się|rolünü|đóng vai|สวมบทบาท',
  ],
  ['chat', 1.8, 'you|your|yourself|你|妳|您'],
  [
    'chat',
    4.2,
    "^hi|^hello|^hey|^hi there|^hello there|^good morning|^good evening|^good afternoon|^good night|^good bye|^goodbye|^bye|^see you|^thanks|thank you|thanks for|^thx|how are you|how's it going|what's up|^sup|how are things|^nice to meet|who are you|what are you|who made you|who created you|who built you|who designed you|who do you work for|your name|given name|should you be called|what you said|you said earlier|what is your|what's your|your boss|where are you from|where were you|how old are you|your birthday|your age|your hobbies|your favorite|do you have|do you like|are you a robot|are you real|are you human|are you an ai|tell me a joke|a joke|make me laugh|something funny|fun fact|something interesting|what can you do|what can i ask|i love you|i'm bored|i am bored|i feel|i'm feeling|lonely|^lol|^haha|^ok|^okay|^yes|^nope|^yep|^maybe|not sure|^sure|^cool|^great|^wow|^sorry|can you repeat|repeat that|say that again|speak slower|speak more|talk to me|chat with me|are you there|flip a coin|roll a dice|roll a die|toss a coin|meaning of life|^right|^correct|^true|^false|i don't know|would say|^you|change your|call me|of course|^affirmative|^negative|pets|hobby|hobbies|why are you|you're",
  ],
  [
    'chat',
    4.2,
    '^你好|^您好|^嗨|^哈喽|^哈啰|^早上好|^早安|^晚上好|^晚安|^下午好|^在吗|^在不在|谢谢|感谢你|辛苦了|再见|拜拜|你是谁|你叫什么|你是男|你几岁|你多大|你会什么|你能做什么|你有感情|你喜欢|你觉得我|陪我|聊聊|聊天|无聊|好累|心情|难过|开心|哈哈|嘿嘿|讲个笑话|说个笑话|笑话|我爱你|好的|没事|^嗯|^哦|^是的|^不是|吃了吗|最近怎么样|你还好吗|很孤单|孤独|想哭|晚饭吃|早餐吃|^对|^好',
  ],
  [
    'chat',
    4.2,
    '^hallo|^guten|^moin|wie geht|danke|tschüss|^bonjour|^salut|ça va|merci|comment vas|comment ça|bonsoir|au revoir|^hola|^buenos|^buenas|qué tal|gracias|cómo estás|adiós|^olá|^oi|tudo bem|obrigad*|^ciao|come stai|grazie|^こんにちは|^こんばんは|^おはよう|ありがとう|元気|やあ|おやすみ|さようなら|안녕|고마워|감사합니다|^привет|здравствуй*|спасибо|как дела|^cześć|^merhaba|nasılsın|teşekkür*|xin chào|cảm ơn|สวัสดี|ขอบคุณ|مرحبا|شكرا|नमस्ते|धन्यवाद|γεια|ευχαριστώ|^hoi|dank je',
  ],
  [
    'tool_use',
    3,
    '^book|book a|book me|^reserve|reservation|^schedule|reschedule|set an alarm|set a timer|set a reminder|remind me|turn on|turn off|turn up|turn down|send a message|send an email to|send a text|^call|play the song|play some music|^play|add to my|add to cart|to my calendar|on my calendar|my calendar|^order|place an order|^buy|^search for|^look up|look up|^find flights|find a|find me|^find|flights from|flight from|weather in|weather like|the weather|forecast*|stock price|exchange rate|current price|currently|right now|latest|nearby|near me|^get|fetch|retrieve|^show me|show all|^delete|^cancel|^update|^open|^close|^move|^check|^transfer|^navigate|directions to|^run|execute|^track|my account|^log|the status of|status of|^upload|^download|concerts in|theater|movies in|restaurant*|cab|ride to|uber|using the api|^play|^retrieve|^fetch|^register|^convert|^set|^add|version of',
  ],
  [
    'tool_use',
    2.4,
    'latitude|longitude|coordinates of|celsius|fahrenheit|san francisco|new york|los angeles|chicago|london|berkeley|seattle|boston|on 2023|in 2022|in 2023|2024|hotel|ticket*|for two people|from 2020|parameters|function call|api|http|url|https|id |server|kubernetes|pods|docker|namespace|timezone|database named|user id|customer id|employee|stock|lawsuit*|case number|recipe|amazon|ebay|instance*|database|quantity|starting from|between 20',
  ],
  [
    'tool_use',
    3,
    '查一下|查询|帮我查|搜索|搜一下|预订|预定|订一张|订个|订票|叫车|打车|提醒我|设置闹钟|设个闹钟|定个闹钟|打开|关闭|播放|发送邮件给|发邮件给|发消息给|添加到|日程|天气|气温|股价|汇率|附近的|导航到|下单|取消订单|转账|创建一个|获取|删除|上传|下载|运行|执行|调用',
  ],
]
