import { CORE_SCHEMA, dump, load, YAMLException } from 'js-yaml'
import { AppError } from '../core/errors.ts'
import { fieldPath } from '../core/field-path.ts'
import { readJsonBody, readText } from './read-body.ts'

/** The longest document, in bytes. */
const MAX_DOCUMENT_BYTES = 256 * 1024
/** The most values in a YAML document once its aliases are written out. */
const MAX_NODES = 20_000
const MAX_DEPTH = 100

const YAML = /^(?:application\/(?:x-)?|text\/)(?:x-)?yaml\b/i

/**
 * A document that somebody wrote by hand, in JSON or in YAML.
 *
 * @returns parsed JSON, or what is the same
 * @throws AppError `unsupported_media_type`, `request_too_large`, `invalid_json`, or `invalid_yaml` naming the line
 */
export async function readDocument(request: Request): Promise<unknown> {
  if (!YAML.test(request.headers.get('content-type') ?? '')) return readJsonBody(request, MAX_DOCUMENT_BYTES)
  const document = parseYaml(await readText(request, MAX_DOCUMENT_BYTES))
  refuseWhatIsNoJson(document)
  return document
}

/** Whether the caller would rather read YAML. */
export function wantsYaml(request: Request): boolean {
  const first = request.headers.get('accept')?.split(',')[0]?.trim() ?? ''
  return YAML.test(first)
}

/** @param document parsed JSON */
export function yamlOf(document: unknown): string {
  return dump(document, { schema: CORE_SCHEMA, noRefs: true })
}

/** YAML 1.2 as far as JSON goes: no tags but its own, no key twice. */
function parseYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxDepth: MAX_DEPTH })
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause
    const line = cause.mark ? ` in line ${cause.mark.line + 1}` : ''
    throw new AppError('invalid_yaml', `The body is not valid YAML: ${cause.reason.slice(0, 200)}${line}`)
  }
}

type Node = { value: unknown; path: readonly PropertyKey[] }

/** A few aliases of aliases are billions of values, and one within itself never ends: values are counted on the way. */
function refuseWhatIsNoJson(document: unknown): void {
  const waiting: Node[] = [{ value: document, path: [] }]
  let nodes = 1
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const { value, path } = node
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const param = fieldPath(path)
      throw new AppError('invalid_request', `Invalid '${param}': no number of JSON`, { param })
    }
    if (typeof value !== 'object' || value === null) continue
    const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    nodes += children.length
    if (nodes > MAX_NODES || path.length > MAX_DEPTH) {
      throw new AppError(
        'invalid_yaml',
        `With its aliases written out the document has more than ${MAX_NODES} values, or ${MAX_DEPTH} levels`,
      )
    }
    for (const [key, child] of children) waiting.push({ value: child, path: [...path, key] })
  }
}
