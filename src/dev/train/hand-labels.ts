import type { TaskType } from '../../core/demand.ts'

const TYPE_OF_LETTER: Readonly<Record<string, TaskType>> = {
  c: 'code',
  m: 'math',
  r: 'reasoning',
  k: 'knowledge',
  w: 'writing',
  e: 'rewrite',
  s: 'summarization',
  x: 'extraction',
  t: 'translation',
  l: 'classification',
  b: 'brainstorm',
  p: 'roleplay',
  h: 'chat',
}

/** A letter for each unlabelled row of a source, in file order, read and judged by hand; `-` where it is unclear. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  selfinstruct_user: [
    '-ee-wew-w-ccm-kbx--wwbkxwb-w-bbkcc--bkbbbwbbwwwwwwwwww-wb-bkk-wwwb-cwx-w-wbbcl-cb-cest-xwbb---------',
    '-------------------mmm--kkm------exlssexlll--kbr-k-bcxbs-l-beecs-elc-l-bsbc-wbcwx-bbwwwebkw-lcc-kwcl',
    'bllebl-e-cclkex-b-k',
  ],
  'arena_hard_v0.1': [
    '-k-c-kccccmm--mmcccccc-ccb-cccc-cc-w--clccwc--cc-cc-w-cccccccc-cccccccc-cc-wccckcccc-mccckc---kcc--c',
    '------------w-ccccccckc--mcx--k-cccc-wcpcccckcccccccccwb-ckcc-kcc-kwccwwk-ccmm--c-ccccc-xck-ccccck-m',
    'cccce-cc-cc-cckktccc-b-cc---b-wcccm-ccc-cccccccmce-ccmc-k-cc-c-cc-cc-wcccw---ccm---w--ccmccccccccccc',
    'ccccccc-ccw-cc--ccmcwwcccck-cccw-ccc-ccmccwcwbcc-cc-pccmk--ccccccc-ccmlccck---cpckcmcc-cmc--wccccckc',
    'cc--ckccc--ccccc',
  ],
}

/** The task type of the unlabelled row that is number `index` in its source, or null. */
export function handLabelOf(source: string, index: number): TaskType | null {
  return TYPE_OF_LETTER[LETTERS[source]?.join('').charAt(index) ?? ''] ?? null
}
