import type { TaskLine } from './signals.ts'

/** Phrases that tell how work is put together: of parts beside each other, or of steps. */
export const WORK_PHRASES: readonly TaskLine[] = [
  [
    'parts',
    1,
    'for each|each of the following|each of these|for every one of|for all of the following|one by one|respectively|following tasks|following questions|following topics|following items|following files|these tasks|these questions|tasks below|questions below|in parallel|independently|分别|各自|每个|每一个|每家|每篇|每项|逐一|逐个|以下问题|以下任务|下列问题|下列任务|下面的问题|并行|para cada|cada uno de|cada una de|siguientes preguntas|siguientes tareas|pour chacun|pour chacune|pour chaque|für jede*|jeweils|folgenden fragen|folgenden aufgaben|para cada um|для каждого|для каждой|それぞれ|以下の質問|以下のタスク|각각|다음 질문',
  ],
  [
    'parts',
    2,
    '^compare|compare the|comparison of|comparison between|versus|pros and cons of each|比较|对比|^vergleiche|^compara|^comparer|^compare o|^сравни*|比較して|비교',
  ],
  [
    'sequence',
    1,
    'and then|, then|^then|after that|afterwards|once you have|once that is|once this is|when that is done|based on the result|based on the results|based on that|using the result|using the results|from the result|with the result|subsequently|followed by|^finally|, finally|^next|step 2|step two|step 3|step three|然后|接着|随后|之后再|再根据|再用|最后|第二步|第三步|第四步|在此基础上|根据结果|根据上一步|用结果|y luego|después de eso|a continuación|finalmente|et ensuite|ensuite|puis|enfin|danach|anschließend|schließlich|und dann|затем|после этого|その後|次に|それから|最後に|그런 다음|그다음|마지막으로',
  ],
]
