import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import { cleanLog } from './clean-log.ts'

/** Parts of one document; each has 32 KiB at most. */
export const maxLogParts = 16
/** Documents of one device. */
export const keptLogs = 5

type LogMessage = Admitted<'tm/log'>

interface Document {
  readonly deviceId: string
  readonly organizationId: string
  readonly op: number
  readonly parts: Record<string, string>
  last: number | null
}

/**
 * Puts parts of logs into their documents, whatever their order; a part that comes again replaces the one before. Keeps
 * nothing that was not asked for: a document is for one of the last five questions. Returns the devices whose logs are whole
 * now.
 */
export async function writeLogs(
  tx: Tx,
  messages: readonly LogMessage[],
  { now, newId }: { now: Date; newId: () => string },
): Promise<Set<string>> {
  const documents = gather(messages)
  if (documents.length === 0) return new Set()
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    INSERT INTO device_log AS l (id, organization_id, device_id, op, parts, last_part, received_at)
    SELECT n.id, n.organization_id, n.device_id, n.op, n.parts::jsonb, n.last_part, ${now}
    FROM UNNEST(
      ${documents.map(() => newId())}::uuid[], ${documents.map(({ organizationId }) => organizationId)}::uuid[],
      ${documents.map(({ deviceId }) => deviceId)}::uuid[], ${documents.map(({ op }) => op)}::int[],
      ${documents.map(({ parts }) => JSON.stringify(parts))}::text[], ${documents.map(({ last }) => last)}::int[])
      AS n(id, organization_id, device_id, op, parts, last_part)
    JOIN device d ON d.id = n.device_id
      AND n.op <= CASE WHEN jsonb_typeof(d.ops -> 'collectLogs') = 'number' THEN (d.ops ->> 'collectLogs')::int ELSE 0 END
      AND n.op > (d.ops ->> 'collectLogs')::int - ${keptLogs}
    ORDER BY n.device_id, n.op
    ON CONFLICT (device_id, op) DO UPDATE SET parts = l.parts || EXCLUDED.parts,
      last_part = coalesce(EXCLUDED.last_part, l.last_part), received_at = EXCLUDED.received_at
    RETURNING l.device_id::text`
  const written = new Set(rows.map(({ device_id }) => device_id))
  await dropOld(tx, [...written])
  return new Set(
    documents.filter(({ last }) => last !== null).flatMap(({ deviceId }) => (written.has(deviceId) ? [deviceId] : [])),
  )
}

async function dropOld(tx: Tx, deviceIds: readonly string[]): Promise<void> {
  if (deviceIds.length === 0) return
  await tx.$executeRaw`
    DELETE FROM device_log l USING device d
    WHERE l.device_id = ANY(${[...deviceIds]}::uuid[]) AND d.id = l.device_id AND l.op <= (d.ops ->> 'collectLogs')::int - ${keptLogs}`
}

function gather(messages: readonly LogMessage[]): Document[] {
  const documents = new Map<string, Document>()
  for (const { facts, body } of messages) {
    if (body.part >= maxLogParts || body.op < 1 || body.op > 2 ** 31 - 1) continue
    const { deviceId, organizationId } = facts
    const key = `${deviceId} ${body.op}`
    const document = documents.get(key) ?? { deviceId, organizationId, op: body.op, parts: {}, last: null }
    document.parts[String(body.part)] = cleanLog(body.text)
    if (body.last) document.last = body.part
    documents.set(key, document)
  }
  return [...documents.values()]
}
