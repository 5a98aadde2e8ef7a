import type { Because, RolloutState, RolloutView, TargetChange, TargetView } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { applyDecision } from './apply-decision.ts'
import { laterReasons, laterSql, waitingReasons } from './convergence.ts'
import { skipReason } from './eligibility.ts'
import { eligibleSql } from './eligible-now.ts'
import { judgeBack, type Judged } from './judge-back.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { targetsById } from './targets-by-id.ts'
import type { InstructionContext } from './write-instructions.ts'

const underWay: readonly RolloutState[] = ['running', 'pausing', 'paused']

/**
 * Opens those of the view's skipped targets again whose devices are there now: they came back, or joined since. They go
 * to the last wave, with what the devices run and are for by now. Who takes no part any more is told so, and is not
 * looked at again; who is a newer rollout's for now is noted to be looked for. Returns whether there were any; the view
 * is outdated then.
 */
export async function reopenReturned(tx: Tx, ctx: InstructionContext, view: RolloutView): Promise<boolean> {
  const { rollout } = ctx
  const last = view.waves.at(-1)?.index
  const there = view.targets.filter((target) => mayReturn(rollout, target) && isThere(target))
  if (last === undefined || there.length === 0) return false
  const judged = new Map((await judge(tx, rollout, there)).map((row) => [row.deviceId, row]))
  const waits = rollout.state === 'completed' && view.converges !== true
  const verdicts = there.map((target) => ({ target, why: waits ? newer : whyNot(judged.get(target.deviceId)) }))
  const opened = verdicts.flatMap(({ target, why }) => (why === null ? [target] : []))
  await writePlaces(
    tx,
    rollout.id,
    opened.flatMap(({ deviceId }) => judged.get(deviceId) ?? []),
  )
  await growWaves(tx, rollout.id, { opened, last })
  const now = ctx.now.getTime()
  const changes = verdicts.flatMap(({ target, why }) => {
    if (why === null) return [reopened(target, { last, now, kind: rollout.kind })]
    return why.reason === target.reason ? [] : [leftOut(target, why)]
  })
  if (changes.length === 0) return false
  const decision = { targets: changes, waves: [], because: rollout.because, wakeAt: now }
  await applyDecision(tx, ctx, { view, decision })
  return true
}

function mayReturn({ state, kind, current }: RolloutRow, target: TargetView): boolean {
  if (target.state !== 'skipped') return false
  if (underWay.includes(state)) return target.reason === 'unreachable'
  const takesIn = state === 'completed' && (current || kind === 'rollback')
  return takesIn && (waitingReasons as readonly (string | null)[]).includes(target.reason)
}

// An earlier report may be of another image, or of another life of the machine.
function isThere({ device }: TargetView): boolean {
  return !device.removed && device.connected && (device.report?.receivedAt ?? -1) >= (device.connectedAt ?? 0)
}

async function judge(tx: Tx, rollout: RolloutRow, targets: readonly TargetView[]): Promise<Judged[]> {
  if (rollout.kind === 'rollback') return judgeBack(tx, rollout, targets)
  const deviceIds = targets.map(({ deviceId }) => deviceId)
  const eligible = await eligibleSql(tx, rollout, deviceIds)
  return tx.$queryRaw<Judged[]>`
    SELECT e.device_id::text AS "deviceId", e.group_id::text AS "groupId", e.digest, e.from_digest AS "fromDigest",
      e.from_boot_key AS "fromBootKey", e.hops, e.blocked, e.skip,
      ${laterSql(rollout.id, Prisma.sql`e.device_id`)} AS later
    FROM (${eligible}) AS e`
}

function whyNot(row: Judged | undefined): { reason: string; because: Because } | null {
  if (!row) return { reason: 'moved', because: elsewhere }
  if (row.later !== null) return laterReasons[row.later]
  return row.skip === null ? null : { reason: row.skip, because: row.blocked ?? skipReason(row.skip) }
}

const newer = {
  reason: 'superseded',
  because: {
    code: 'target.superseded',
    message: 'A newer rollout is under way on the channel. The device is taken in again if that does not take it.',
  },
}
const elsewhere = {
  code: 'target.moved',
  message: 'The device came back in a group that does not follow the channel, or with labels that do not match.',
}

function leftOut({ deviceId }: TargetView, why: { reason: string; because: Because }): TargetChange {
  return { deviceId, from: 'skipped', to: 'skipped', ...why, dueAt: null, event: 'target.skipped' }
}

interface Opening {
  readonly last: number
  readonly now: number
  readonly kind: string
}

function reopened(target: TargetView, { last, now, kind }: Opening): TargetChange {
  const { deviceId, reason } = target
  const because = kind === 'rollback' ? goesBack : reason === 'unreachable' ? returned : joined
  const anew = { grant: null, recalled: false, backoff: null, soak: null, attempts: 0, hop: { at: 0, bootKey: null } }
  return {
    deviceId,
    from: 'skipped',
    to: 'pending',
    because,
    ...anew,
    wave: last,
    dueAt: now,
    event: 'target.reopened',
  }
}

const returned = { code: 'target.returned', message: 'The device came back; it is taken into the last wave.' }
const goesBack = {
  code: 'target.returned',
  message: 'The device came back on the release that was rolled back; it goes back now.',
}
const joined = {
  code: 'target.converges',
  message: 'The device joined after the rollout had begun; it is taken into the last wave.',
}

// What it runs now is what it would go back to, unless it was granted its reboot before.
async function writePlaces(tx: Tx, rolloutId: string, rows: readonly Judged[]): Promise<void> {
  if (rows.length === 0) return
  const column = <K extends keyof Judged>(key: K) => rows.map((row) => row[key])
  const columns = Prisma.sql`ctid AS at`
  await tx.$executeRaw`
    UPDATE rollout_target t
    SET group_id = n.group_id, digest = n.digest, hops = n.hops::jsonb,
      from_digest = CASE WHEN t.first_granted_at IS NULL THEN n.from_digest ELSE t.from_digest END,
      from_boot_key = CASE WHEN t.first_granted_at IS NULL THEN n.from_boot_key ELSE t.from_boot_key END
    FROM UNNEST(${column('deviceId')}::uuid[], ${column('groupId')}::uuid[], ${column('digest')}::text[],
      ${rows.map(({ hops }) => (hops === null ? null : JSON.stringify(hops)))}::text[], ${column('fromDigest')}::text[],
      ${column('fromBootKey')}::text[]) AS n(device_id, group_id, digest, hops, from_digest, from_boot_key)
    WHERE t.ctid = ANY (ARRAY(SELECT t.at FROM ${targetsById(rolloutId, column('deviceId'), { columns })}))
      AND t.device_id = n.device_id`
}

// A place that somebody leaves is nobody's: it could never be filled.
async function growWaves(
  tx: Tx,
  rolloutId: string,
  { opened, last }: { opened: readonly TargetView[]; last: number },
): Promise<void> {
  const moved = opened.filter(({ wave }) => wave !== last)
  if (moved.length === 0) return
  const from = moved.flatMap(({ wave }) => wave ?? [])
  await tx.$executeRaw`
    UPDATE rollout_wave w SET size = w.size + n.by
    FROM (SELECT index, sum(by)::int AS by FROM UNNEST(${[...from, last]}::int[], ${[...from.map(() => -1), moved.length]}::int[]) AS m(index, by)
          GROUP BY index) AS n
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.index = n.index`
  const joining = moved.length - from.length
  if (joining > 0) await tx.rollout.update({ where: { id: rolloutId }, data: { eligible: { increment: joining } } })
}
