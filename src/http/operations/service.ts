import { type Operation, withFields } from './operation.ts'

/** Calls about the service itself, which take no key. */
export const SERVICE: readonly Operation[] = [
  {
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    access: 'public',
    tag: 'Service',
    summary: 'Whether the Worker runs',
    answer: { description: 'It runs', schema: withFields('status') },
  },
  {
    id: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    access: 'public',
    tag: 'Service',
    summary: 'Whether it can answer, and with which hosts; 503 where it cannot',
    answer: { description: 'It can', schema: withFields('status', 'database', 'hosts') },
  },
  {
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    tag: 'Service',
    summary: 'This description',
    answer: { description: 'An OpenAPI 3.1 document', schema: withFields('openapi', 'info', 'paths') },
  },
  {
    id: 'getConfigSchema',
    method: 'GET',
    path: '/schemas/config.json',
    access: 'public',
    tag: 'Service',
    summary: 'What a configuration looks like',
    answer: { description: 'A JSON Schema', schema: withFields('$id', 'title', 'properties') },
  },
]
