import { configDocument } from '../../protocols/tenant-config/schema.ts'
import { page } from '../routes/config.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

/** A tenant's routing configuration and its versions. */
export const CONFIGURATION: readonly Operation[] = [
  {
    id: 'getConfig',
    method: 'GET',
    path: '/v1/config',
    access: 'admin',
    tag: 'Configuration',
    summary: 'The configuration as it was sent; its version is the ETag',
    answer: { description: 'The document', schema: { type: 'object' } },
    errors: ['not_found'],
  },
  {
    id: 'putConfig',
    method: 'PUT',
    path: '/v1/config',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Make a new version of the configuration',
    headers: {
      'if-match': 'The ETag of the version that this replaces',
      'if-none-match': '`*`: only where there is none yet',
    },
    body: { schema: configDocument },
    answer: {
      description: 'The new version; 201 for the first one',
      schema: objectOf('config.version', ['version', 'created', 'created_by']),
    },
    errors: ['precondition_failed', 'precondition_required'],
  },
  {
    id: 'listConfigVersions',
    method: 'GET',
    path: '/v1/config/versions',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Versions of the configuration, the latest first',
    query: page,
    answer: { description: 'A page', schema: listOf(['has_more']) },
  },
  {
    id: 'listBudgets',
    method: 'GET',
    path: '/v1/budgets',
    access: 'admin',
    tag: 'Configuration',
    summary: 'What was spent of each budget, and taken of each limit',
    answer: { description: 'All that were used in windows that are not over', schema: listOf() },
  },
]
