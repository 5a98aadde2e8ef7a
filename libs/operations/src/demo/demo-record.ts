import { z } from 'zod'
import type { Tx } from '@bootfleet/db'

/** What an organization remembers of its demo: `organization.demo`. */
const DemoRecord = z.object({
  state: z.enum(['wanted', 'active', 'removing']),
  channelId: z.uuid().optional(),
  groupId: z.uuid().optional(),
  policyId: z.uuid().optional(),
})
export type DemoRecord = z.infer<typeof DemoRecord>

/** A demo that was asked for and is not there yet. */
export const wantedDemo: DemoRecord = { state: 'wanted' }

/** The record, held by this transaction; `null` when there is no demo. */
export async function lockDemo(tx: Tx, organizationId: string): Promise<DemoRecord | null> {
  const rows = await tx.$queryRaw<{ demo: unknown }[]>`
    SELECT demo FROM organization WHERE id = ${organizationId}::uuid FOR UPDATE`
  return readDemo(rows[0]?.demo)
}

/** What is stored, read; `null` when nothing is. */
export function readDemo(stored: unknown): DemoRecord | null {
  return stored == null ? null : DemoRecord.parse(stored)
}
