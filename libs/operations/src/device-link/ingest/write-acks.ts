import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import { markAccepted } from './write-desired-state.ts'

type Ack = Admitted<'up/ack'>

/** Takes over what devices say became of their documents. Every one counts; none is folded away. */
export async function writeAcks(tx: Tx, acks: readonly Ack[], now: Date): Promise<void> {
  const accepted = acks.filter(({ body }) => body.phase === 'accepted')
  await markAccepted(
    tx,
    accepted.map(({ facts, body }) => ({ deviceId: facts.deviceId, gen: body.gen, hash: body.hash })),
    now,
  )
  for (const ack of acks.filter(({ body }) => body.phase === 'rejected')) await markRejected(tx, ack, now)
}

async function markRejected(tx: Tx, { facts, body }: Ack, now: Date): Promise<void> {
  const { deviceId, organizationId } = facts
  const code = body.code ?? 'rejected'
  const changed = await tx.$executeRaw`
    UPDATE device_desired SET rejected_code = ${code}, send_at = NULL
    WHERE device_id = ${deviceId}::uuid AND gen = ${BigInt(body.gen)} AND rejected_code IS DISTINCT FROM ${code}`
  if (changed === 0) return
  const message = `The device refused document ${body.gen}: ${code}.`
  await tx.deviceEvent.createMany({
    data: {
      organizationId,
      deviceId,
      at: now,
      kind: 'desired_rejected',
      because: { code, message, gen: body.gen, detail: body.detail ?? '' },
    },
  })
}

/**
 * A grant that its device gave back is no longer bound to a connection: `decide` takes a granted target without one as
 * returned. Returns the rollouts concerned, with their organizations.
 */
export async function returnGrants(
  tx: Tx,
  acks: readonly Ack[],
  now: Date,
): Promise<{ rolloutId: string; organizationId: string }[]> {
  const returned = acks.filter(({ body }) => body.phase === 'grant_returned' && body.grant !== undefined)
  if (returned.length === 0) return []
  const because = returned.map(({ body }) =>
    JSON.stringify({
      code: 'grant_returned',
      message: `The device returned its grant${body.code ? `: ${body.code}` : ''}.`,
      ...(body.code !== undefined && { reason: body.code }),
    }),
  )
  return tx.$queryRaw<{ rolloutId: string; organizationId: string }[]>`
    WITH given_back AS (
      SELECT t.rollout_id, t.device_id, n.because FROM rollout_target t
      JOIN UNNEST(${returned.map(({ facts }) => facts.deviceId)}::uuid[], ${returned.map(({ body }) => body.grant ?? null)}::uuid[],
                  ${because}::text[]) AS n(device_id, grant_id, because) ON n.device_id = t.device_id AND n.grant_id = t.grant_id
      WHERE t.state = 'granted' AND t.grant_conn IS NOT NULL
      ORDER BY t.rollout_id, t.device_id FOR UPDATE OF t)
    UPDATE rollout_target t SET grant_conn = NULL, due_at = ${now}, because = given_back.because::jsonb
    FROM given_back WHERE t.device_id = given_back.device_id AND t.rollout_id IS NOT DISTINCT FROM given_back.rollout_id
    RETURNING t.rollout_id::text AS "rolloutId", t.organization_id::text AS "organizationId"`
}
