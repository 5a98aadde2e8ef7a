import { notifyChannels, type Desired } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import {
  asksTheSame,
  buildDesired,
  encodeDesired,
  parseDesired,
  type DesiredContent,
  type PublicKeys,
} from './build-desired.ts'
import { readOps } from './ops.ts'
import { withinWindow } from './within-window.ts'

/** At most so many devices are rewritten at a time. */
export const maxDesiredChanges = 1000

/** For whom, when and with which keys documents are written. */
export interface DesiredWriteContext {
  readonly organizationId: string
  readonly now: Date
  /** Public signing keys in force; every document carries them. */
  readonly keys: PublicKeys
}

export interface StoredDesired {
  readonly deviceId: string
  readonly document: Desired
  /** The device's operation counters, which may be ahead of the document. */
  readonly ops: Desired['ops']
  /** The device came back ahead of this server: it gets no new image until an operator resumes it. */
  readonly held: boolean
}

interface Row {
  device_id: string
  gen: bigint
  payload: string
  ops: unknown
  held: boolean
}

/**
 * Gives each device the document that `edit` makes of its stored one, under the next number, due to be sent now. A
 * document that asks for the same is left alone. Locks the rows in the order of their ids; two round trips.
 * Returns the devices that got a new document.
 */
export async function rewriteDesired(
  tx: Tx,
  ctx: DesiredWriteContext,
  { deviceIds, edit }: { deviceIds: readonly string[]; edit: (stored: StoredDesired) => DesiredContent | undefined },
): Promise<string[]> {
  if (deviceIds.length === 0) return []
  if (deviceIds.length > maxDesiredChanges)
    throw new RangeError(
      `At most ${maxDesiredChanges} desired documents are written at a time, not ${deviceIds.length}.`,
    )
  const rows = await tx.$queryRaw<Row[]>`
    SELECT x.device_id::text, x.gen, x.payload, x.held_since IS NOT NULL AS held, d.ops
    FROM device_desired x JOIN device d ON d.id = x.device_id
    WHERE x.organization_id = ${ctx.organizationId}::uuid AND x.device_id = ANY(${[...deviceIds]}::uuid[])
    ORDER BY x.device_id FOR UPDATE OF x`
  return writeDocuments(
    tx,
    ctx,
    rows.flatMap((row) => next(row, ctx, edit)),
  )
}

function next(
  row: Row,
  { now, keys }: DesiredWriteContext,
  edit: (stored: StoredDesired) => DesiredContent | undefined,
): Desired[] {
  const document = parseDesired(row.payload)
  const content = edit({ deviceId: row.device_id, document, ops: readOps(row.ops), held: row.held })
  if (content === undefined) return []
  const changed = buildDesired({ content: withinWindow(content, now), gen: Number(row.gen) + 1, issuedAt: now, keys })
  return asksTheSame(document, changed) ? [] : [changed]
}

async function writeDocuments(tx: Tx, { now }: DesiredWriteContext, documents: readonly Desired[]): Promise<string[]> {
  if (documents.length === 0) return []
  const encoded = documents.map(encodeDesired)
  const written = await tx.$queryRaw<{ device_id: string }[]>`
    WITH written AS (
      UPDATE device_desired x
      SET gen = n.gen, hash = n.hash, payload = n.payload, rollout_id = n.rollout_id, updated_at = ${now},
          send_at = ${now}, send_attempts = 0, rejected_code = NULL
      FROM UNNEST(${documents.map(({ device }) => device)}::uuid[], ${documents.map(({ gen }) => BigInt(gen))}::bigint[],
                  ${encoded.map(({ hash }) => hash)}::text[], ${encoded.map(({ payload }) => payload)}::text[],
                  ${documents.map(({ rollout }) => rollout ?? null)}::uuid[]) AS n(device_id, gen, hash, payload, rollout_id)
      WHERE x.device_id = n.device_id
      RETURNING x.device_id),
    told AS (SELECT pg_notify(${notifyChannels.desired}, '')::text AS nothing)
    SELECT written.device_id::text FROM written, told`
  return written.map(({ device_id }) => device_id)
}
