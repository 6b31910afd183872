import type { TaskLine } from './signals.ts'

/** Phrases of work on a given text: translation, rewriting, summaries, extraction, sorting into classes. */
export const LANGUAGE_WORK: readonly TaskLine[] = [
  ['translation', 3, '^translate*|^翻译*|^traduce*|^traduis*|^übersetze*'],
  [
    'translation',
    5,
    'translate*|translation|into english|into chinese|into french|into german|into spanish|into japanese|into korean|into italian|into russian|into portuguese|into arabic|to english:|to french:|to spanish:|from english to|how do you say|how do i say|how would you say|how to say|the word for|localize*|localise*',
  ],
  [
    'translation',
    2.5,
    'in french|in spanish|in german|in japanese|in chinese|in italian|in korean|in russian|in portuguese|in english|in mandarin|in hindi|in arabic|in traditional chinese|in simplified chinese|in latin',
  ],
  [
    'translation',
    5,
    '翻译*|翻成|译成|译为|译文|英译|中译|译出|用英语怎么说|用英文怎么说|用日语怎么说|怎么翻|翻作|转成英文|转为英文',
  ],
  ['translation', 2, '成英文|成中文|成日文|成法语|用英文|用日文|英语怎么|英文怎么|翻'],
  [
    'translation',
    5,
    'übersetz*|tradui*|traduz*|traduce*|traduci*|traducir*|traducción|翻訳|訳して|英訳|和訳|日本語に|英語に|번역|영어로|перевед*|перевод*|tłumacz*|przetłumacz*|vertaal*|çevir*|dịch|ترجم*|अनुवाद|แปล|auf englisch|ins deutsche|ins englische|en inglés|al español|al inglés|en français|en anglais|wie sagt man|comment dit-on|cómo se dice',
  ],
  [
    'rewrite',
    4.2,
    'rewrite*|rewrit*|re-write|rephrase*|rephras*|paraphras*|reword*|proofread*|copyedit*|copy edit|polish|make it more|make this more|make it sound|make this sound|more formal|more concise|more professional|more polite|less formal|correct the grammar|fix the grammar|grammar*|grammatical*|spelling mistakes|correct the following|correct this|fix the typos|edit the following|edit this|improve the following|improve this|improve the writing|improve my|shorten|make it shorter|shorter|make it longer|simplify the following text|simplify this text|simpler words|change the tone|tone down|convert to passive|active voice|make this sentence|make the sentence|this sentence passive|passive voice|in other words|reformat*|convert the following text|make it better|bullet points instead|punctuat*|rewrite the',
  ],
  ['rewrite', 3, '^fix this:|fix this sentence|fix my sentence|fix my english|fix my grammar'],
  [
    'rewrite',
    4.2,
    '改写|改成|改为|改得|润色|修改以下|修改下面|修改这|修改|重写|重述|换一种说法|换个说法|语法错误|纠正|校对|修正|错别字|更正式|正式一点|更简洁|简洁一点|精简|更通顺|更生动|更口语|口语化|更礼貌|礼貌一点|书面语|缩写|缩短|扩写|编辑以下|编辑文章|编辑这|改进以下|优化以下|优化这段文|优化一下|改善|短一点|长一点|同义词替换|替换为|转换成|转换为|被动语态|简明易懂|病句|调整语气|改句|仿写',
  ],
  [
    'rewrite',
    4,
    'umschreib*|umformulier*|korrigier*|verbesser*|formuliere*|kürzer|förmlicher|reformul*|réécri*|corrig*|reescrib*|reescrev*|más corto|plus court|más formal|plus formel|riscriv*|修正して|に直して|直してください|書き直し*|言い換え*|添削|校正|もっと短く|丁寧に|다듬어|고쳐|바꿔|перепиш*|исправ*|перефразир*|короче|przeredaguj*|popraw',
  ],
  [
    'summarization',
    4.6,
    'summarize*|summarise*|summarizing|summary|summaries|tl;dr|tldr|condense|key points|main points|main idea|main ideas|key takeaways|takeaways|gist|abstract of|boil down|recap|executive summary|in a nutshell|sum up',
  ],
  [
    'summarization',
    5,
    '总结|摘要|概括|归纳要点|概述以下|提炼|核心观点|主要观点|主要内容|中心思想|要点|简述以下|会议纪要|小结|重点整理|整理重点|懒人包|拟一个标题|拟个标题|起一个标题|起个标题|写一个标题|合适的标题|适当的标题|选一个标题',
  ],
  ['summarization', 2, '标题'],
  [
    'summarization',
    4.6,
    'zusammenfass*|fasse|fass |fassen sie|résum*|resum*|riassum*|要約|まとめて|요약|кратко изложи*|резюм*|суммируй|streszcz*|samenvat*|özetle*|tóm tắt|สรุป|لخص|सारांश',
  ],
  [
    'extraction',
    4.2,
    'extract*|pull out|find all the names|list all the|list the names|all the names|named entities|entities|entity|identify all|key information|keywords from|keyword extraction|from the text|from the following|from this text|from the passage|mentioned in|fill in the table|into json|as json|return json|into a table|key-value|fields:|parse the following|what is the name of|phone numbers|email addresses|all dates',
  ],
  [
    'extraction',
    3,
    'according to the passage|based on the passage|based on the text|based on the following|in the passage|the passage|according to the text|according to the author|read the following|answer the question based|given the following context|context:|passage:|paragraph:|the author',
  ],
  [
    'extraction',
    4.2,
    '提取|抽取|抽出|找出|挑出|关键词|关键字|实体|命名实体|从以下|从下面|从下列文|从这段|关键信息|基于以上|基于以下|根据以上|根据以下|根据下文|根据文章|根据上文|根据对话|根据这段|基于这个表格|基于表格|阅读下面|阅读以下|阅读材料|阅读短文|文中|原文|本文|文本内容|列出文中|整理成表格|擷取|撷取|抓出|以上对话|上述对话|请问:',
  ],
  ['extraction', 4, 'extrahier*|extrai*|extra*|estra*|抽出して|抜き出*|추출|뽑아|извлек*|wyodrębn*'],
  [
    'classification',
    4.4,
    'classify*|classification|categorize*|categorise*|categoriz*|which category|label the|label each|label this|sentiment*|positive or negative|positive, negative|positive/negative|spam or|is it spam|spam|assign a|tag the|tag each|group the following|sort these into|sort the following into|which class|one of the following categories|one of the following labels|topic of|rate the|score the|true or false|yes or no|toxic|hate speech|intent of|detect whether|determine whether|which one is|urgent or|identify which',
  ],
  [
    'classification',
    4.4,
    '分类|归类|分为|分成|情感分析|情感倾向|情感|积极还是|正面还是|正面或负面|负面|属于哪|哪一类|哪个类别|类别|标签|标记为|打标签|贴标签|判断以下|判断下列句|判断这|判断该|是否为垃圾|垃圾邮件|是褒义|相似性|评分|打分|意图|辨别',
  ],
  [
    'classification',
    4.2,
    'klassifizier*|ordne|einordn*|classifi*|clasific*|catégoris*|分類|カテゴリ|感情分析|分けて|분류|감정|классифициру*|определи тональность|sklasyfikuj*',
  ],
]
