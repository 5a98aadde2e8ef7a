import type { NamedRef, RollbackPreview, VerbAccess } from '@bootfleet/contracts'
import { Prisma, type Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readKnownReleases } from '../device/known-releases.ts'
import { notFound, OperationError } from '../errors.ts'
import { rollbackPolicy } from './begin-rollback.ts'
import { estimatePlan } from './estimate-plan.ts'
import { backRowsSql, goingBackSql, whyNotBack } from './going-back.ts'
import { readSameInBetween } from './in-between.ts'
import { readRolloutRow, type RolloutRow } from './lock-rollout.ts'
import { waveBack } from './plan-rollback.ts'
import { tally, tallySql, type GroupTally } from './plan-tally.ts'
import { readDestinations, type Destination } from './preview-destinations.ts'
import { warnOfGroups } from './preview-groups.ts'
import { shown } from './preview-deal.ts'
import { refuseWhenNobodyGoesBack } from './refuse-nobody-back.ts'
import { refuseRollback } from './refuse-rollback.ts'
import { legalState } from './transition.ts'
import { readWaysBack } from './ways-back.ts'

/** What rolling a rollout back now would do. Nothing is written. */
export function previewRollback(ctx: Ctx, { rollout: id }: { rollout: string }): Promise<RollbackPreview> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const rollout = await readRolloutRow(tx, id)
    if (!rollout) throw notFound('rollout', id)
    const judged = goingBackSql({
      ...rollout,
      ways: await readWaysBack(tx, rollout),
      sameBefore: await readSameInBetween(tx, { rolloutId: id, releaseId: rollout.releaseId }),
      targets: Prisma.sql`(SELECT * FROM rollout_target WHERE rollout_id = ${id}::uuid)`,
      oneByOne: false,
    })
    const destinations = await readDestinations(tx, judged)
    const groups = await readTallies(tx, judged)
    const now = ctx.services.now()
    const spec = rollbackPolicy(rollout.policy)
    const eligible = groups.reduce((sum, { devices }) => sum + devices, 0)
    const plan = { channelId: rollout.channelId, groups, waves: [waveBack(undefined, eligible)], spec, now }
    return {
      rollout: id,
      access: await accessOf(tx, rollout),
      eligible,
      ...totalsOf(destinations),
      goesTo: await presentDestinations(tx, rollout, destinations.slice(0, shown)),
      goesToCount: destinations.length,
      excluded: await readExcluded(tx, judged),
      estimate: await estimatePlan(tx, plan),
      warnings:
        eligible === 0
          ? [{ code: 'preview.nobody', message: 'No device can go back.' }]
          : await warnOfGroups(tx, { groups, spec, now }),
    }
  })
}

async function accessOf(tx: Tx, rollout: RolloutRow): Promise<VerbAccess> {
  try {
    await refuseRollback(tx, rollout)
    legalState(rollout, 'roll_back')
    await refuseWhenNobodyGoesBack(tx, rollout)
    return { allowed: true }
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    return { allowed: false, reason: error.message }
  }
}

function readTallies(tx: Tx, judged: Prisma.Sql): Promise<GroupTally[]> {
  return tally(tx, tallySql(backRowsSql(Prisma.sql`(${judged}) AS judged WHERE skip IS NULL`)))
}

function totalsOf(destinations: readonly Destination[]) {
  const sum = (of: (destination: Destination) => number) => destinations.reduce((total, one) => total + of(one), 0)
  const known = destinations.filter(({ bytesToPull }) => bytesToPull !== null)
  return {
    bySlot: sum(({ bySlot }) => bySlot),
    byPull: sum(({ byPull }) => byPull),
    bytesToPull: known.length === 0 ? null : sum(({ bytesToPull }) => bytesToPull ?? 0),
  }
}

async function presentDestinations(
  tx: Tx,
  { organizationId, channelId }: RolloutRow,
  destinations: readonly Destination[],
): Promise<RollbackPreview['goesTo']> {
  const digests = destinations.map(({ digest }) => digest)
  const findRelease = await readKnownReleases(tx, organizationId, digests)
  return destinations.map((destination) => {
    const release = findRelease(destination.digest, channelId)
    return { ...destination, release: release && { id: release.id, name: release.version ?? release.id.slice(0, 8) } }
  })
}

async function readExcluded(tx: Tx, judged: Prisma.Sql): Promise<RollbackPreview['excluded']> {
  const rows = await tx.$queryRaw<{ skip: string; count: number; devices: NamedRef[] }[]>`
    SELECT skip, count(*)::int AS count,
      (array_agg(json_build_object('id', device_id, 'name', name) ORDER BY name))[1:${shown}] AS devices
    FROM (${judged}) AS judged WHERE skip IS NOT NULL GROUP BY skip ORDER BY count DESC`
  return rows.map(({ skip, count, devices }) => ({ because: whyNotBack(skip), count, devices }))
}
