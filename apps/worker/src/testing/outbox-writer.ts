import { randomUUID } from 'node:crypto'
import { notifyChannels, type Event } from '@bootfleet/contracts'
import { connect } from '@bootfleet/db'

export interface OutboxWriter {
  /** Writes the events in one transaction and wakes the relay. */
  emit(...events: Event[]): Promise<void>
  allPublished(): Promise<boolean>
  close(): Promise<void>
}

/** Writes events for an organization of its own. */
export async function openOutboxWriter(url: string): Promise<OutboxWriter> {
  const db = connect(url, { poolSize: 2 })
  const organizationId = randomUUID()
  const organization = { id: organizationId, slug: organizationId, name: 'Test' }
  await db.transaction('system', (tx) => tx.organization.create({ data: organization }))
  return {
    emit: async (...events) => {
      const rows = events.map(({ kind, ...payload }) => ({ organizationId, kind, payload }))
      await db.transaction('system', async (tx) => {
        await tx.outbox.createMany({ data: rows })
        await tx.$executeRaw`SELECT pg_notify(${notifyChannels.outbox}, '')`
      })
    },
    allPublished: async () =>
      (await db.transaction('system', (tx) => tx.outbox.count({ where: { publishedSeq: null } }))) === 0,
    close: () => db.close(),
  }
}

export function due(rolloutId: string): Event {
  return { kind: 'rollout.due', rolloutId }
}
