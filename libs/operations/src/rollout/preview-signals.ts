import { instantText, type Because, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { aboutSql } from '../signal/load-signals.ts'
import { eligibilitySql, type Selection } from './eligibility.ts'

/** Signals that one answer counts devices of. */
const told = 10

interface InForce {
  readonly name: string
  readonly message: string
  readonly selector: string | null
  readonly deviceIds: string[]
  readonly expiresAt: Date
}

/** Warns of unhealthy signals in force about devices that would take part: the rollout would be held as soon as it has them. */
export async function warnOfSignals(
  tx: Tx,
  selection: Selection,
  { spec, now }: { spec: PolicySpec; now: Date },
): Promise<Because[]> {
  const rules = new Set(spec.waves.map(({ gate }) => gate.signals ?? 'hold'))
  if (!rules.has('hold') && !rules.has('trip')) return []
  const inForce = await tx.$queryRaw<InForce[]>`
    SELECT name, message, selector, device_ids::text[] AS "deviceIds", expires_at AS "expiresAt" FROM health_signal
    WHERE organization_id = ${selection.organizationId}::uuid AND ended_at IS NULL AND expires_at > ${now}
    ORDER BY since, id LIMIT ${told}`
  const warnings: Because[] = []
  for (const signal of inForce) {
    const devices = await countAbout(tx, selection, signal)
    if (devices > 0) warnings.push(toWarning(signal, { devices, trips: rules.has('trip') }))
  }
  return warnings
}

async function countAbout(tx: Tx, selection: Selection, signal: InForce): Promise<number> {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (${eligibilitySql(selection)}) AS e JOIN device d ON d.id = e.device_id
    WHERE e.skip IS NULL AND ${aboutSql(signal)}`
  return rows[0]?.count ?? 0
}

function toWarning(
  { name, message: said, expiresAt }: InForce,
  { devices, trips }: { devices: number; trips: boolean },
): Because {
  const until = expiresAt.toISOString()
  const about = `Signal "${name}" is unhealthy about ${devices} of the devices that take part${said === '' ? '' : ` (${said})`}`
  const effect = trips
    ? 'a wave with one of them is held, or trips once one was granted its reboot'
    : 'a wave with one of them is held'
  const message = `${about}: ${effect}, until it is healthy or expires at ${instantText(expiresAt)}.`
  return { code: 'preview.signal', message, signal: name, devices, until }
}
