import type { TaskLine } from './signals.ts'

/** Phrases of programming, mathematics and logic. Chinese is written in simplified script; matching folds both scripts. */
export const TECHNICAL: readonly TaskLine[] = [
  [
    'code',
    3.8,
    'python|javascript|typescript|java|c++|c#|golang|rust code|in rust|kotlin|php|ruby|matlab|vba|powershell|bash|shell script|sql|mysql|postgres*|sqlite|mongodb|html|css|react|vue|angular|node.js|nodejs|django|flask|fastapi|spring boot|numpy|pandas|pytorch|tensorflow|sklearn|verilog|haskell|solidity|terraform|dockerfile|docker|kubernetes|nginx|regex|regular expression*|latex code|graphql|redis|cuda|assembly|ansible|github|git',
  ],
  [
    'code',
    3,
    'write a function|write a program|write a script|write a query|write code|write a class|write a python|a function to|a function that|a method that|python function|code snippet|source code|the following code|this code|my code|code to|the code|code for|implement a|implement the|class definition|unit test*|refactor*|debug*|stack trace|throws|this throw|null pointer|segfault|compile error|syntax error|runtime error|exception|api endpoint|rest api|web app|code review|pull request|leetcode|codebase|async|middleware|microservice*|websocket*|endpoint|boilerplate|deadlock|mutex|hash map|hashmap',
  ],
  [
    'code',
    1.8,
    'div|flexbox|npm|yarn|webpack|selector|algorithm*|linked list|binary tree|binary search|data structure*|time complexity|array|arrays|list of integers|integer array|string s|substring|subarray*|given string|given list|given number|a given|json|xml|csv|yaml|database|schema|backend|frontend|server|script|programming|software|function|compile*|framework|library|loop|recursion|recursive*|dataframe|queue|stack|pointer|variable|thread*|cache|tuple*|nested list|boolean|iterator|parse|parser|parsing',
  ],
  [
    'code',
    3.2,
    'sample input|sample output|input is given|from standard input|to standard output|standard input|0-indexed|1-indexed|number of test cases|each test case|time limit|the input consists|in the following format:',
  ],
  [
    'code',
    1.2,
    'input|output|return|returns|print|string|integer|implement|class|method|test case*|constraints|sample input|sample output|standard input|stdin|example 1|input is given|in the following format|non-negative integer*|permutation|sequence of',
  ],
  [
    'code',
    3,
    'def |import |#include|public static|public class|private |console.log|const |let |var |func |fn |void |return |self.|select * from|select |assert |std::|printf|system.out|</div>|</html>|<div|npm |pip install|lambda |elif |async def|from typing|export default|interface |struct ',
  ],
  [
    'code',
    3.2,
    '代码|程序设计|程式码|程式|编程|写一个函数|编写函数|编写一个函数|编写一个程序|编写程序|写一段程序|写个程序|写一个程序|python函数|函式|脚本|正则表达式|正规表示式|数据库|资料库|报错|编译|源码|重构|单元测试|单元测试|接口|api|前端|后端|网页|爬虫|递归|链表|数组|阵列|字符串|字串|排序算法|算法|演算法|时间复杂度|二叉树|线程|执行绪|指针|指标变数|类和方法|测试用例|测试函数|java方法|命令行|终端机|容器化|死锁|信号量|部署|微服务|缓存',
  ],
  [
    'code',
    2,
    '函数名|类名|返回值|参数|变量|变数|输入格式|输出格式|输入示例|给定一个|列表|遍历|软件|开发|服务器|伺服器',
  ],
  [
    'code',
    3,
    'コード|プログラム|関数を|スクリプト|プログラミング|실행|코드|함수|프로그램|파이썬|알고리즘|código|programa en|programme en|programm in|funktion, die|función que|fonction qui|programmiere|код на|функцию|программу|скрипт|python で|schreibe code',
  ],
  [
    'code',
    2.8,
    'error:|typeerror|valueerror|referenceerror|keyerror|undefined|traceback|a div|bug|bugs|crash|crashes|localhost|is not defined|cannot read|merge conflict|commit|system architecture|architecture for|system design|scalable|pull request|diff|cli tool|chrome extension|mobile app|website|web page|landing page|snake game|sql 查询|sql查询|贪吃蛇|小游戏|小程序|网站|系统架构|系统设计|错误讯息|错误信息|跑不动|报了|出现错误',
  ],
  [
    'math',
    3,
    'solve for|find all functions|for all real|for every real|real-valued|无理数|有理数|根号|素数|整除|solve the equation|solve the following equation|find the value of|what is the value of|find all real|find all integer*|find all positive|how many positive integers|positive integers|positive integer|real numbers|real number|compute the|evaluate the|simplify|factor the|quadratic|polynomial*|derivative|integral|integrate|differentiate|differential equation*|matrix|eigenvalue*|determinant|probability that|least common|greatest common|remainder when|divided by|arithmetic sequence|geometric sequence|arithmetic mean|perimeter|circumference|hypotenuse|triangle|radius|polygon|hexagon|perpendicular|tangent|cosine|sine|logarithm*|prime numbers|prime|prove that|irrational|common fraction|square root|cubic|coordinates|vertices|theorem|lemma|modulo|congruent|combinatorics|binomial|convex|equation*|inequality|in terms of|calculus|algebra|geometry|trigonometry',
  ],
  [
    'math',
    2.2,
    'how many|how much|how far|how old|what is the total|in total|altogether|what percent*|percent|twice as|times as|half of|half as|a third of|one third|per hour|per day|per week|per month|per minute|each day|each week|dozen|calculate|compute|average of|sum of|product of|the ratio|ratio of|fraction|fewer|remaining|left over|total cost|profit|plus|minus|multiplied by|times|equals|square feet|what is the area|area of|volume of|miles per|speed of|discount|interest rate|earns|costs|spends|combined',
  ],
  ['math', 0.5, 'two|three|four|five|six|seven|eight|nine|ten|twenty|hundred'],
  ['math', 4, '[asy]|\\\\frac|\\\\sqrt|\\\\overline|\\\\angle|\\\\triangle|\\\\cdot'],
  [
    'math',
    3,
    'what is the greatest|what is its area|what is the product|possible value of|positive divisors|consecutive|whole number|integer values|what is the least|perfect square|common difference|common ratio|equal to the square|their sum|their product|same sign|roots of|real roots|the graph of|find $|let $|let f|such that $|for what value|what is $|if $|mean of|median of|arithmetic|numerator|denominator|digits of|divisible by|factors of|multiple of|palindrome',
  ],
  [
    'math',
    1.1,
    'each|total|buys|bought|sells|sold|pays|every day|number of|cost|price|hours|minutes|dollars|more than|less than|twice|there are|if he|if she|does he|did she|does she|did he|do they|convert|conversion',
  ],
  [
    'math',
    3,
    '解方程|方程|不等式|数列|等差|等比|椭圆|双曲线|抛物线|向量|三角形|圆心|半径|直线|切线|函数f|函数 $|导数|积分|微分|极限|概率|矩阵|行列式|特征值|线性|集合|求证|证明:|值为|最大值|最小值|取值范围|平方|立方|周长|面积|体积|表面积|正整数|实数|整数解|质数|因数|公约数|公倍数|余数|偶函数|奇函数|定积分|几何|代数|微积分|数学题|计算:|计算下列|通项公式|前n项和|三角函数|随机变量|方差|期望',
  ],
  [
    'math',
    2.2,
    '计算|多少|几个|几只|几天|几元|几人|一共|总共|共有|平均每|平均|每小时|每天|每分钟|每个|倍|一半|百分之|速度|公里|千米|厘米|平方米|美元|元钱|买了|卖|花了|剩下|剩余|还剩|相遇|利润|打折|原价|等于|加上|减去|乘以|除以|已知|求|设|则|若',
  ],
  [
    'math',
    3,
    'cuántos|cuántas|cuánto|combien|wie viele|wie viel|wie lange|сколько|какова|いくつ|いくら|何個|何人|何本|何枚|何ドル|何時間|何分|何匹|何冊|計算しなさい|何マイル|เท่าไร|เท่าไหร่|กี่|bao nhiêu|mấy|kaç|ngapi|kiasi gani|câte|câți|cât|কত|কয়টি|কতগুলি|ఎన్ని|ఎంత|कितने|कितना|كم|몇|얼마|πόσα|πόσες|πόσο|πόσους|resuelve|calcula|calcule|berechne|gesamt|insgesamt|en total|au total|合計|全部で|berechne*|berechnen|rechne*|solve|でしょうか|何日|何年|何回|何歳|kilo|হিসাব|total de|cuál es el total|quel est le|นาน|ทั้งหมด|เหลือ|toplam|tổng|totală|συνολικά|إجمالي|कुल|మొత్తం|jumla|quanti|quante|quanto|quantos|quantas|hoeveel|ile|skol*',
  ],
  [
    'reasoning',
    3,
    'riddle*|puzzle*|logic puzzle|brain teaser*|logically|logical reasoning|deductive|deduce|fallacy|fallacies|valid or invalid|the argument|argument above|arguments|assumption*|premises|premise*|conclusion*|weaken*|strengthen*|must be true|could be true|can be true|cannot be true|follows from|tells the truth|tell the truth|lies|always lies|liar|truth teller*|fixed order|arranged in|seated|sit in|to the left of|to the right of|immediately before|who is the|left-most|right-most|leftmost|rightmost|older than|taller than|in the order|counterfactual|causal*|cause of|entail*|contradict*|syllogism|step by step|step-by-step|think carefully|fermi|estimate how many|murderer|detective|knights and knaves|crossing the river|logical|logic|infer|inference',
  ],
  [
    'reasoning',
    2,
    'if true|which one of the following|which of the following, if true|argue*|conclude*|concluded|if the above|statements above|statement is true|claim*|no two|exactly one|exactly two|either|at least one|adjacent|earlier than|later than|not both|if and only if|consistent with|reasoning|evidence|undermine*|support the|explains the|survey of|only if|cannot be|same day|the following conditions|causation|did * intentionally|tomorrow|is true|in order from',
  ],
  [
    'reasoning',
    2.8,
    'and not|or not|not true|true and|true or|false or|false and|not false|and true|or true|or false|and false',
  ],
  [
    'reasoning',
    2.6,
    "sort the following words|words alphabetically|is the following sentence|plausible|antecedent|pronoun|sarcastic|if you follow these instructions|return to the starting point|complete the rest of the sequence|parentheses are closed|which statement|which sentence|adjective order|which of the following is a humorous|movie similar|the date|what is the date|yesterday|tomorrow is|between what times|could they have gone|swap*|partner*|svg path|how would a typical person answer|which of the following can|most strongly supported|flaw|principle|author's reasoning|paradox|inconsistent|explain the discrepancy|most accurately expresses|table where|on the floor|on the desk|on the nightstand|on the table|neither",
  ],
  [
    'reasoning',
    3,
    '推理|逻辑|削弱|加强上述|支持上述|以下哪项|如果以下|以下陈述|前提|结论|论证|假设|假话|真话|说谎|猜谜|谜语|谜题|脑筋急转弯|智力题|蕴含|有效还是无效|必然|可能为真|一定为真|一定正确|推出|由此可见|由此可|因此可以|排在|左边|右边|相邻|谁是|凶手|囚犯|一步一步|逐步|数独|规律|悖论|归纳|演绎|类比|因果|论断|反驳|驳斥|观点最|最能|概述',
  ],
  [
    'reasoning',
    2,
    '如果|那么|则一定|只有|恰好|上述|满足以下条件|下列哪项|哪一项|为真|为假|真话|称几次|天平|才能判断|如何判断|找到那|最少|由此|所以|要么|至少|录取|推断|根据已知条件|以下条件',
  ],
  [
    'reasoning',
    2.6,
    '嫌疑人|小偷|说了真话|只有一个人说|分别是什么职业|职业是什么|各是谁|谁可能|住在几楼|猜一字|打一字|猜一成语|打一成语|打一物|谜底|猜猜|称一次|称三次|怎样称|过河|过桥|戴着帽子|戴的帽子|贴错了|根据线索|线索|生日是哪|开关控制|哪个开关|归结|先后顺序|合理的顺序|排成一列|排成一排|前后矛盾|逆否命题|第几个说|才能保证|才能确定|你能判断|能否判断',
  ],
  [
    'reasoning',
    2.4,
    'acertijo|lógica|rätsel|logik|énigme|logique|論理|推論|なぞなぞ|パズル|논리|추론|수수께끼|загадк*|логик*|schritt für schritt|paso a paso|étape par étape|ステップ',
  ],
]
