import type { ChatRequest } from '../core/chat.ts'
import type { Adapter } from './adapter.ts'
import type { Host } from './hosts.ts'

/**
 * The wire format in which a host is asked: the caller's own where the host speaks it, else the one that drops the
 * fewest parameters, the first of equals. A format that the host refuses for this model is the last resort.
 *
 * @param hostModelId the host's name of the model, where it is known already
 */
export function formatFor({ formats }: Host, request: ChatRequest, hostModelId?: string): Adapter {
  const [first, ...others] = formats
  let best = first
  for (const format of others) {
    if (lossOf(format, request, hostModelId) < lossOf(best, request, hostModelId)) best = format
  }
  return best
}

/** More than any request has parameters. */
const REFUSED = 1_000_000

/** How much of a request a format loses: nothing where it is the caller's own. */
function lossOf(adapter: Adapter, request: ChatRequest, hostModelId: string | undefined): number {
  if (hostModelId !== undefined && adapter.refuses?.(request, hostModelId)) return REFUSED
  return adapter.format === request.native?.format ? 0 : adapter.unsupported(request).length + OTHER_FORMAT
}

/** The caller's own format wins over another that would drop as little. */
const OTHER_FORMAT = 1
