/** What the objects of a run are called: the colon ends the tenant's part, so that no tenant reaches another's. */

export function runName(tenantId: string, runId: string): string {
  return `${encodeURIComponent(tenantId)}:${runId}`
}

export function laneName(tenantId: string, runId: string, lane: number): string {
  return `${runName(tenantId, runId)}:${lane}`
}
