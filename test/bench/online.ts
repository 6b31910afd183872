/** `npm run bench:online -- [folder] [seeds]`: learning from a stream of answers alone, in so many random orders. */
import { measureOnline } from './online-replay.ts'

const [, , folder = new URL('../../../shared/data', import.meta.url).pathname, seeds = '10'] = process.argv
measureOnline(folder, Number(seeds))
