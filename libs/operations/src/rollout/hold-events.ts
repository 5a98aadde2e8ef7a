import type { Decision, Evaluation } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

const holding = 'signal.holding'

interface Moment {
  readonly rollout: RolloutRow
  readonly now: Date
}

/** Whether signals begin to hold a rollout with this decision, other ones do, or none any more. */
export function holdChanges({ state, because }: RolloutRow, decision: Decision): boolean {
  // Of one that leaves `running` that is told instead.
  if (state !== 'running' || decision.rollout !== undefined) return false
  const held = because.code === holding
  if (decision.because.code !== holding) return held
  return !held || because['signalId'] !== decision.because['signalId']
}

/** Writes that signals hold a running rollout, with their judgement on the wave, or that they do no more. */
export async function writeHold(tx: Tx, { rollout, now }: Moment, decision: Decision): Promise<void> {
  if (!holdChanges(rollout, decision)) return
  const { id: rolloutId, organizationId } = rollout
  const { because, evaluations = [] } = decision
  const held = because.code === holding
  const stored = evaluations.map((evaluation: Evaluation): Prisma.InputJsonObject => ({ ...evaluation }))
  const wave = held ? Number(because['wave']) : null
  const released = { code: 'signal.released', message: 'No unhealthy signal holds the rollout any more: it goes on.' }
  const said = held ? { ...because, evaluations: stored } : released
  const kind = held ? 'rollout.held' : 'rollout.released'
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind, wave, because: said } })
  await tx.$executeRaw`
    UPDATE rollout_wave SET evaluation = CASE WHEN index = ${wave} THEN ${JSON.stringify(stored)}::jsonb END
    WHERE rollout_id = ${rolloutId}::uuid AND (state = 'open' OR index = ${wave})`
}
