import { busyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'
import { goingBackSql, whyNotBack } from './going-back.ts'
import { readSameInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { readWaysBack } from './ways-back.ts'

/**
 * Refuses to roll back where devices have the release and not one of them can leave it: a rollout that is rolled back never
 * goes on. Where none has it, rolling back ends the rollout, and there is nothing to refuse.
 */
export async function refuseWhenNobodyGoesBack(tx: Tx, rollout: RolloutRow): Promise<void> {
  const { id, releaseId } = rollout
  const ways = await readWaysBack(tx, rollout)
  const sameBefore = await readSameInBetween(tx, { rolloutId: id, releaseId })
  const judged = (of: Prisma.Sql, oneByOne: boolean) => {
    const targets = Prisma.sql`(SELECT * FROM rollout_target WHERE rollout_id = ${id}::uuid AND ${of})`
    return Prisma.sql`(${goingBackSql({ ...rollout, ways, sameBefore, targets, oneByOne })}) AS judged`
  }
  // Nearly always the first of them can.
  const has = Prisma.sql`state = ANY(${[...busyStates, 'succeeded']}::text[])`
  const first = await tx.$queryRaw<unknown[]>`SELECT 1 FROM ${judged(has, true)} WHERE skip IS NULL LIMIT 1`
  if (first.length > 0) return
  const rows = await tx.$queryRaw<{ skip: string | null; count: number }[]>`
    SELECT skip, count(*)::int AS count FROM ${judged(Prisma.sql`true`, false)} GROUP BY skip ORDER BY count DESC`
  const stay = rows.filter(({ skip }) => skip !== 'already_on_digest' && skip !== 'other_image')
  if (stay.length > 0 && stay.every(({ skip }) => skip !== null)) throw nobodyCan(rollout, stay)
}

function nobodyCan({ state }: RolloutRow, stay: readonly { skip: string | null; count: number }[]): OperationError {
  const whys = stay.map(({ skip, count }) => {
    return `${count} ${count === 1 ? 'stays' : 'stay'} on the release: ${whyNotBack(skip ?? '').message}`
  })
  const instead =
    state === 'completed' ? 'mark the release as a dead end, or roll another one out' : 'abort the rollout'
  const message = `No device can go back. ${whys.join(' ')} To keep other devices from the release, ${instead}.`
  return new OperationError('conflict', message, { reason: 'nobody_can_go_back' })
}
