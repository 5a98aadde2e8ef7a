import { notifyChannels, type Event } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'

/** Writes hints in the transaction that gives rise to them, and wakes the relay when it commits. */
export async function emit(tx: Tx, organizationId: string, events: readonly Event[]): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ kind, ...payload }) => ({ organizationId, kind, payload }))
  await tx.outbox.createMany({ data: rows })
  await tx.$executeRaw`SELECT pg_notify(${notifyChannels.outbox}, '')`
}
