import type { Tx } from '@bootfleet/db'
import { rewriteDesired, type DesiredWriteContext } from './rewrite-desired.ts'

/**
 * Writes new documents for devices whose operation counters (`device.ops`) or whose signing keys changed; what else
 * their documents ask for stays. At most 1,000 devices. Returns those that got a new document.
 */
export function refreshDesired(tx: Tx, ctx: DesiredWriteContext, deviceIds: readonly string[]): Promise<string[]> {
  return rewriteDesired(tx, ctx, { deviceIds, edit: ({ document, ops }) => ({ ...document, ops }) })
}
