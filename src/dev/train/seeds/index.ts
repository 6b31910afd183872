import { ARABIC } from './arabic.ts'
import { CHINESE } from './chinese.ts'
import { ENGLISH } from './english.ts'
import { FRENCH } from './french.ts'
import { GERMAN } from './german.ts'
import { ITALIAN } from './italian.ts'
import { JAPANESE } from './japanese.ts'
import { KOREAN } from './korean.ts'
import { PORTUGUESE } from './portuguese.ts'
import { RUSSIAN } from './russian.ts'
import { SPANISH } from './spanish.ts'
import { VIETNAMESE } from './vietnamese.ts'
import type { SeedBook } from './book.ts'

/** All books, by language. Their order is part of what training gives. */
export const SEED_BOOKS: ReadonlyMap<string, SeedBook> = new Map([
  ['en', ENGLISH],
  ['zh', CHINESE],
  ['de', GERMAN],
  ['fr', FRENCH],
  ['es', SPANISH],
  ['pt', PORTUGUESE],
  ['ru', RUSSIAN],
  ['ja', JAPANESE],
  ['ko', KOREAN],
  ['ar', ARABIC],
  ['it', ITALIAN],
  ['vi', VIETNAMESE],
])
