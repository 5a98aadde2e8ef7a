import { earlyStates, type RolloutView } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { applyDecision } from './apply-decision.ts'
import { laterReasons, laterSql } from './convergence.ts'
import type { InstructionContext } from './write-instructions.ts'

/**
 * Takes those out of the view's targets of a completed roll-back that have no grant yet and that a newer rollout has as
 * targets by now. While a roll-back runs a newer rollout supersedes all of it. Returns whether there were any; the view is
 * outdated then.
 */
export async function leaveToNewer(tx: Tx, ctx: InstructionContext, view: RolloutView): Promise<boolean> {
  const { rollout, now } = ctx
  const early = view.targets.filter(({ state }) => (earlyStates as readonly string[]).includes(state))
  if (rollout.state !== 'completed' || early.length === 0) return false
  const deviceIds = early.map(({ deviceId }) => deviceId)
  const rows = await tx.$queryRaw<{ deviceId: string; later: keyof typeof laterReasons | null }[]>`
    SELECT n.id::text AS "deviceId", ${laterSql(rollout.id, Prisma.sql`n.id`)} AS later
    FROM UNNEST(${deviceIds}::uuid[]) AS n(id)`
  const later = new Map(rows.map((row) => [row.deviceId, row.later]))
  const changes = early.flatMap(({ deviceId, state, wave }) => {
    const found = later.get(deviceId) ?? null
    if (found === null) return []
    const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
    const why = laterReasons[found]
    return [
      { deviceId, from: state, to: 'skipped', wave, dueAt: null, event: 'target.skipped', ...why, ...told } as const,
    ]
  })
  if (changes.length === 0) return false
  const decision = { targets: changes, waves: [], because: rollout.because, wakeAt: now.getTime() }
  await applyDecision(tx, ctx, { view, decision })
  return true
}
