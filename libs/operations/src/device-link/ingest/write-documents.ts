import type { Envelope } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import { newestPer } from './message-order.ts'

/** Kinds of which the newest message is kept as a document; for `boot` and `ack` that is only their place in the order. */
const documentKinds = ['hello', 'presence', 'inventory', 'drift', 'ack', 'boot'] as const
export type DocumentKind = (typeof documentKinds)[number]

interface DocumentRow {
  readonly index: number
  readonly deviceId: string
  readonly organizationId: string
  readonly kind: DocumentKind
  readonly envelope: Envelope
  readonly hash: string
  readonly document: string
}

/** Which document of which device changed: `kind:device`. */
export type ChangedDocuments = ReadonlySet<string>

/** Puts the newest document of each device and kind where it is newer than the stored one. */
export async function writeDocuments(tx: Tx, messages: readonly Admitted[], now: Date): Promise<ChangedDocuments> {
  const rows = newestPer(messages.flatMap(documentOf), keyOf)
  if (rows.length === 0) return new Set()
  const changed = await tx.$queryRaw<{ kind: string; device_id: string }[]>`
    INSERT INTO device_document AS d (device_id, kind, organization_id, inc, epoch, seq, hash, document, received_at)
    SELECT n.device_id, n.kind, n.organization_id, n.inc, n.epoch, n.seq, n.hash, n.document::jsonb, ${now}
    FROM UNNEST(
      ${rows.map(({ deviceId }) => deviceId)}::uuid[], ${rows.map(({ kind }) => kind)}::text[],
      ${rows.map(({ organizationId }) => organizationId)}::uuid[], ${rows.map(({ envelope }) => envelope.inc)}::int[],
      ${rows.map(({ envelope }) => envelope.epoch)}::int[], ${rows.map(({ envelope }) => BigInt(envelope.seq))}::bigint[],
      ${rows.map(({ hash }) => hash)}::text[], ${rows.map(({ document }) => document)}::text[])
      AS n(device_id, kind, organization_id, inc, epoch, seq, hash, document)
    ORDER BY n.device_id, n.kind
    ON CONFLICT (device_id, kind) DO UPDATE SET
      inc = EXCLUDED.inc, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq, hash = EXCLUDED.hash,
      document = EXCLUDED.document, received_at = EXCLUDED.received_at
    WHERE (EXCLUDED.inc, EXCLUDED.epoch, EXCLUDED.seq) > (d.inc, d.epoch, d.seq)
    RETURNING d.kind, d.device_id::text`
  return new Set(changed.map(({ kind, device_id }) => `${kind}:${device_id}`))
}

/** The newest messages among `messages` whose document was written. */
export function appliedOf<T extends Admitted>(messages: readonly T[], changed: ChangedDocuments): T[] {
  return newestPer(messages, ({ facts }) => facts.deviceId).filter((message) => {
    const [row] = documentOf(message)
    return row !== undefined && changed.has(keyOf(row))
  })
}

function keyOf({ kind, deviceId }: DocumentRow): string {
  return `${kind}:${deviceId}`
}

function documentOf(message: Admitted): DocumentRow[] {
  const { facts, index, envelope } = message
  const row = (kind: DocumentKind, hash: string, document: unknown): DocumentRow[] => [
    {
      index,
      deviceId: facts.deviceId,
      organizationId: facts.organizationId,
      kind,
      envelope,
      hash,
      document: JSON.stringify(document),
    },
  ]
  switch (message.kind) {
    case 'up/hello':
      return row('hello', message.body.conn, message.body)
    case 'up/presence':
      return row('presence', message.body.conn, message.body)
    case 'up/inventory':
      return row('inventory', message.body.hash, message.body.document)
    case 'up/drift':
      return row('drift', message.body.hash, message.body.document)
    case 'up/ack':
      return row('ack', message.body.hash, {})
    case 'up/boot':
      return row('boot', message.body.bootKey, {})
    default:
      return []
  }
}
