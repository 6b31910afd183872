import { logsQuery, usageQuery } from '../routes/history.ts'
import { listOf, type Operation } from './operation.ts'

/** A tenant's own history. */
export const HISTORY: readonly Operation[] = [
  {
    id: 'listLogs',
    method: 'GET',
    path: '/v1/logs',
    access: 'admin',
    tag: 'History',
    summary: 'Decisions, the latest first',
    query: logsQuery,
    answer: {
      description: 'A page; `next_before` is the next one’s `before`',
      schema: listOf(['next_before']),
    },
  },
  {
    id: 'getUsage',
    method: 'GET',
    path: '/v1/usage',
    access: 'admin',
    tag: 'History',
    summary: 'Calls, tokens and cost by model and host',
    query: usageQuery,
    answer: { description: 'Sums', schema: listOf(['from', 'to']) },
  },
]
