import type { Tx } from '@bootfleet/db'
import type { PublicJwk } from '@bootfleet/pki'
import type { Ctx } from '../context.ts'
import { refreshDesired } from '../desired/refresh-desired.ts'
import { emit } from '../outbox.ts'

export type Counter = 'reboot' | 'collectLogs' | 'unquarantine'

export interface BumpInput {
  readonly deviceId: string
  readonly counter: Counter
  readonly keys: readonly PublicJwk[]
}

/** Asks something of a device: its counter grows by one and its desired document is due to be sent. */
export async function bumpCounter(tx: Tx, ctx: Ctx, { deviceId, counter, keys }: BumpInput): Promise<void> {
  await tx.$executeRaw`
    UPDATE device SET ops = jsonb_set(ops, ARRAY[${counter}::text],
      to_jsonb(CASE WHEN jsonb_typeof(ops -> ${counter}::text) = 'number' THEN (ops ->> ${counter}::text)::int ELSE 0 END + 1))
    WHERE id = ${deviceId}::uuid`
  const { organizationId, services } = ctx
  await refreshDesired(tx, { organizationId, now: services.now(), keys }, [deviceId])
  await emit(tx, organizationId, [{ kind: 'desired.changed' }, { kind: 'device.changed', deviceIds: [deviceId] }])
}
