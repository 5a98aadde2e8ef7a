import { Event, notifyChannels } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Services } from '../services.ts'

/** An outbox row on its way out. */
export interface OutboxEntry {
  readonly id: bigint
  readonly organizationId: string
  readonly createdAt: Date
  /** Undefined for a kind that this version does not know: it is numbered for live streams and otherwise passed over. */
  readonly event: Event | undefined
}

export interface PublishedEntry extends OutboxEntry {
  readonly publishedSeq: bigint
}

/** A PostgreSQL notification to send with the numbers. */
export interface Notification {
  readonly channel: (typeof notifyChannels)[keyof typeof notifyChannels]
  readonly payload: string
}

export interface PublishOutboxInput {
  /** Rows at most, up to 500. */
  readonly limit: number
  /**
   * Hands the entries on, before they are numbered, and says whom to notify. May be called again with the same
   * entries: after a crash, or when it threw.
   */
  readonly deliver: (entries: readonly OutboxEntry[]) => Promise<readonly Notification[]>
}

const maxLimit = 500

// Numbers are given under this lock and it is let go only after the commit is visible, so that numbers become visible in
// their order even when two relays work at once for a moment (one lost its session lock without knowing it yet).
const numberingLock = 0x62660001

/**
 * Publishes waiting outbox rows in id order and returns them with their numbers; none when nothing waits. At least
 * once: rows are handed on first and numbered afterwards, so a crash in between repeats hints and loses none. A
 * transaction that commits late with a lower id is simply seen later; `published_seq` is the order in which rows were
 * seen, and no reader of it misses one.
 */
export async function publishOutbox(services: Services, input: PublishOutboxInput): Promise<readonly PublishedEntry[]> {
  const limit = Math.min(input.limit, maxLimit)
  const entries = await services.db.transaction('system', (tx) => readWaiting(tx, limit))
  if (entries.length === 0) return []
  const notifications = await input.deliver(entries)
  const numbers = await services.db.transaction('system', async (tx) => {
    const stamped = await stamp(tx, entries, services.now())
    await notify(tx, [...notifications, ...liveNotification(stamped)])
    return stamped
  })
  // Rows that another relay numbered meanwhile are its to report.
  return entries.flatMap((entry) => {
    const publishedSeq = numbers.get(entry.id)
    return publishedSeq === undefined ? [] : [{ ...entry, publishedSeq }]
  })
}

interface WaitingRow {
  id: bigint
  organization_id: string
  kind: string
  payload: unknown
  created_at: Date
}

async function readWaiting(tx: Tx, limit: number): Promise<readonly OutboxEntry[]> {
  const rows = await tx.$queryRaw<WaitingRow[]>`
    SELECT id, organization_id, kind, payload, created_at FROM outbox
    WHERE published_seq IS NULL ORDER BY id LIMIT ${limit}`
  return rows.map(({ id, organization_id: organizationId, kind, payload, created_at: createdAt }) => {
    const event = Event.safeParse(typeof payload === 'object' ? { ...payload, kind } : { kind })
    return { id, organizationId, createdAt, event: event.data }
  })
}

async function stamp(tx: Tx, entries: readonly OutboxEntry[], now: Date): Promise<ReadonlyMap<bigint, bigint>> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${numberingLock}::bigint)`
  const ids = entries.map(({ id }) => id.toString())
  const rows = await tx.$queryRaw<{ id: bigint; published_seq: bigint }[]>`
    UPDATE outbox SET published_seq = numbered.seq, published_at = ${now}
    FROM (
      SELECT id, nextval('outbox_published_seq') AS seq FROM (
        SELECT id FROM outbox WHERE id = ANY (${ids}::text[]::bigint[]) AND published_seq IS NULL ORDER BY id
      ) waiting
    ) numbered
    WHERE outbox.id = numbered.id
    RETURNING outbox.id, outbox.published_seq`
  return new Map(rows.map((row) => [row.id, row.published_seq]))
}

function liveNotification(stamped: ReadonlyMap<bigint, bigint>): readonly Notification[] {
  const newest = [...stamped.values()].reduce((a, b) => (a > b ? a : b), 0n)
  return stamped.size === 0 ? [] : [{ channel: notifyChannels.live, payload: newest.toString() }]
}

async function notify(tx: Tx, notifications: readonly Notification[]): Promise<void> {
  if (notifications.length === 0) return
  const channels = notifications.map(({ channel }) => channel)
  const payloads = notifications.map(({ payload }) => payload)
  await tx.$executeRaw`
    SELECT pg_notify(channel, payload) FROM unnest(${channels}::text[], ${payloads}::text[]) AS n (channel, payload)`
}
