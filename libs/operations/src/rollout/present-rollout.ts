import type { Because, Evaluation, OperatorVerb, Rollout, RolloutWave } from '@bootfleet/contracts'
import type { RolloutState } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { approvalParts, approvalsOf } from './approvals-of.ts'
import { approvableOf } from './load-approvable.ts'
import { presentEstimate } from './kept-estimate.ts'
import { readRollbacks } from './read-rollbacks.ts'
import { sumCounts } from './sum-counts.ts'
import { readTakesBack } from './takes-back-sql.ts'
import { readTargetCounts, type TargetCount } from './target-counts.ts'
import { verbsOf } from './verb-access.ts'
import { mayVerb } from './verb-permission.ts'
import { whyNotApprove, whyNotThisOne } from './why-not-approve.ts'

type VerbAccess = Rollout['verbs'][OperatorVerb]

const include = { channel: true, waves: { orderBy: { index: 'asc' } }, ...approvalParts } as const
type Row = Prisma.RolloutGetPayload<{ include: typeof include }>

/** A rollout as the API shows it. */
export async function presentRollout(tx: Tx, ctx: Ctx, id: string): Promise<Rollout> {
  const [rollout] = await presentRollouts(tx, ctx, [id])
  if (!rollout) throw notFound('rollout', id)
  return rollout
}

/** Rollouts in the order of `ids`; two round trips for all of them. */
export async function presentRollouts(tx: Tx, ctx: Ctx, ids: readonly string[]): Promise<Rollout[]> {
  if (ids.length === 0) return []
  const rows = await tx.rollout.findMany({ where: { id: { in: [...ids] } }, include })
  const counts = await readTargetCounts(tx, ids)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const rollbacks = await readRollbacks(tx, ids)
  const back = rows.filter(({ kind, state }) => kind === 'rollback' && state === 'completed').map(({ id }) => id)
  const takesBack = await readTakesBack(tx, back)
  return ids.flatMap((id) => {
    const row = byId.get(id)
    const own = counts.filter(({ rolloutId }) => rolloutId === id)
    const facts = { counts: own, rollback: rollbacks.get(id) ?? null, takesBack: takesBack.has(id) }
    return row ? [toRollout(ctx, row, facts)] : []
  })
}

interface Facts {
  readonly counts: readonly TargetCount[]
  readonly rollback: Rollout['rollback']
  readonly takesBack: boolean
}

function toRollout(ctx: Ctx, row: Row, { counts, rollback, takesBack }: Facts): Rollout {
  const { channel, release } = row
  const approvals = approvalsOf(row)
  return {
    id: row.id,
    channel: { id: channel.id, name: channel.name },
    release: { id: release.id, version: release.version, tag: release.tag, repository: release.repository },
    kind: row.kind,
    state: row.state as RolloutState,
    because: withRollback(row, rollback),
    policyId: row.policyId,
    policyName: row.policyName,
    policyVersion: row.policyVersion,
    policy: row.policy as Rollout['policy'],
    selector: row.selector,
    exclude: row.exclude,
    supersededBy: row.supersededBy,
    parentId: row.parentId,
    rollback,
    eligible: row.eligible,
    approvals,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    startAt: row.startAt?.toISOString() ?? null,
    estimate: presentEstimate(row, ctx.services.now()),
    waves: row.waves.map((wave) => toWave(wave, row, counts)),
    counts: sumCounts(counts),
    verbs: {
      ...verbsOf(ctx, {
        state: row.state as RolloutState,
        kind: row.kind,
        parentId: row.parentId,
        because: row.because as Because,
        rollback,
        current: channel.currentRolloutId === row.id,
        takesBack,
      }),
      approve: approveAccess(ctx, row, approvals),
    },
  }
}

// Its own reason is why it was rolled back; what is decided since is said of the roll-back.
function withRollback({ state, because }: Row, rollback: Rollout['rollback']): Because {
  const why = because as Because
  const isHalted = rollback?.state === 'pausing' || rollback?.state === 'paused'
  if (state !== 'rolling_back' || !isHalted) return why
  return { ...why, message: `${why.message} Its roll-back ${rollback.id} is ${rollback.state}: resume or abort that.` }
}

function toWave(wave: Row['waves'][number], row: Row, counts: readonly TargetCount[]): RolloutWave {
  const rule = (row.policy as Rollout['policy']).waves[wave.rule]
  const promoted = promotionOf(wave)
  return {
    index: wave.index,
    name: wave.name,
    size: wave.size,
    selector: selectorOf(row, rule),
    state: promoted === null ? (wave.state as RolloutWave['state']) : 'promoted',
    approval: rule?.approval ?? 'auto',
    approvalAskedAt: wave.approvalAskedAt?.toISOString() ?? null,
    approvedAt: wave.approvedAt?.toISOString() ?? null,
    openedAt: wave.openedAt?.toISOString() ?? null,
    concludedAt: wave.concludedAt?.toISOString() ?? null,
    promoted,
    counts: sumCounts(counts.filter((row) => row.wave === wave.index)),
    excused: excusedIn(wave, counts),
    evaluation: toEvaluations(wave.evaluation as JudgedBy[] | null),
  }
}

// One that tripped since, or runs again after that, says that instead.
function promotionOf({ state, promotedAt, promotedBy }: Row['waves'][number]): RolloutWave['promoted'] {
  if (state !== 'passed' || promotedAt === null || promotedBy === null) return null
  return { by: promotedBy, at: promotedAt.toISOString() }
}

// A failure that turned into a success is excused no more.
function excusedIn({ index, excused }: Row['waves'][number], counts: readonly TargetCount[]): number {
  const { failed, timed_out, rolled_back } = sumCounts(counts.filter((row) => row.wave === index))
  return Math.min(excused, failed + timed_out + rolled_back)
}

// The one wave of a roll-back takes everybody, whatever the policy calls it.
function selectorOf({ kind }: Row, rule: Rollout['policy']['waves'][number] | undefined): string | null {
  return kind === 'rollback' ? null : (rule?.selector ?? null)
}

/** As the gate stored it. The API has another word for a metric that has not decided. */
type JudgedBy = Omit<Evaluation, 'verdict'> & { verdict: 'pass' | 'trip' | 'wait' | 'hold' }

function toEvaluations(stored: readonly JudgedBy[] | null): Evaluation[] | null {
  return stored?.map((one) => ({ ...one, verdict: one.verdict === 'wait' ? 'undecided' : one.verdict })) ?? null
}

function approveAccess(ctx: Ctx, row: Row, approvals: Rollout['approvals']): VerbAccess {
  const approvable = approvableOf(row, approvals, ctx.actor)
  const reason = whyNotApprove(approvable)
  if (reason !== undefined) return { allowed: false, reason }
  const mine = mayVerb(ctx, 'approve') ? whyNotThisOne(ctx.actor, approvable) : 'Your role may not do this.'
  return mine === undefined ? { allowed: true } : { allowed: false, reason: mine }
}
