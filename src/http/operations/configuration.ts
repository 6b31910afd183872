import * as z from 'zod'
import { configDocument } from '../../protocols/tenant-config/schema.ts'
import { wrapped } from '../routes/config-dry-run.ts'
import { rollout } from '../routes/config-rollout.ts'
import { comparing, page, rollback, saving } from '../routes/config.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

const REPLACING = { 'if-match': 'The ETag of the version in force' }
const REPLACED = ['precondition_failed', 'precondition_required'] as const
const VERSION = objectOf('config.version', ['version', 'created', 'created_by'])
const ROLLOUT = objectOf('config.rollout', ['version', 'candidate'])
const DOCUMENT = { type: 'object' }
/** The document itself, or with how many decisions are to be made again. */
const dryRunBody = z.union([wrapped, configDocument])
/** The one that is told first is meant where nothing is said. */
const DOCUMENTS = ['application/json', 'application/yaml'] as const

/** A tenant's routing configuration, its versions, and how another one is tried. */
export const CONFIGURATION: readonly Operation[] = [
  {
    id: 'getConfig',
    method: 'GET',
    path: '/v1/config',
    access: 'admin',
    tag: 'Configuration',
    summary: 'The configuration in force; its version is the ETag',
    answer: { description: 'The document', schema: DOCUMENT, types: DOCUMENTS },
    errors: ['not_found'],
  },
  {
    id: 'putConfig',
    method: 'PUT',
    path: '/v1/config',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Make a new version of the configuration',
    query: saving,
    headers: { ...REPLACING, 'if-none-match': '`*`: only where there is none yet' },
    body: { schema: configDocument, types: DOCUMENTS },
    answer: { description: 'The new version; 201 for the first one, and for drafts', schema: VERSION },
    errors: ['invalid_yaml', ...REPLACED],
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
    id: 'getConfigVersion',
    method: 'GET',
    path: '/v1/config/versions/{version}',
    access: 'admin',
    tag: 'Configuration',
    summary: 'One version of the configuration',
    params: { version: { kind: 'config_version', description: 'Number of a version, from 1' } },
    answer: { description: 'The document', schema: DOCUMENT, types: DOCUMENTS },
  },
  {
    id: 'diffConfig',
    method: 'GET',
    path: '/v1/config/diff',
    access: 'admin',
    tag: 'Configuration',
    summary: 'What changed between two versions: the latest two where none is named',
    query: comparing,
    answer: { description: 'The changes', schema: objectOf('config.diff', ['from', 'to', 'changes']) },
    errors: ['not_found'],
  },
  {
    id: 'dryRunConfig',
    method: 'POST',
    path: '/v1/config/dry-run',
    access: 'admin',
    tag: 'Configuration',
    summary: 'What a configuration would have changed of the last decisions',
    body: { schema: dryRunBody, types: DOCUMENTS },
    answer: {
      description: 'Whether it is valid, what differs, and who would have answered',
      schema: objectOf('config.dry_run', ['valid', 'errors', 'version', 'diff', 'replay']),
    },
    errors: ['invalid_yaml'],
  },
  {
    id: 'rollBackConfig',
    method: 'POST',
    path: '/v1/config/rollback',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Make a new version of an earlier one',
    headers: REPLACING,
    body: { schema: rollback },
    answer: { description: 'The new version', schema: VERSION },
    errors: ['not_found', ...REPLACED],
  },
  {
    id: 'getRollout',
    method: 'GET',
    path: '/v1/config/rollout',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Which version is tried, and how it compares',
    answer: { description: 'The version in force, and the candidate', schema: ROLLOUT },
  },
  {
    id: 'putRollout',
    method: 'PUT',
    path: '/v1/config/rollout',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Try a version: with some requests, or in the shadow of all',
    headers: REPLACING,
    body: { schema: rollout },
    answer: { description: 'The version in force, and the candidate', schema: ROLLOUT },
    errors: ['not_found', ...REPLACED],
  },
  {
    id: 'endRollout',
    method: 'DELETE',
    path: '/v1/config/rollout',
    access: 'admin',
    tag: 'Configuration',
    summary: 'Try no version any longer',
    headers: REPLACING,
    answer: { description: 'The version in force', schema: ROLLOUT },
    errors: ['precondition_failed'],
  },
]
