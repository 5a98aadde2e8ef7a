import { policySpec, PolicyInput, type NamedRef, type RolloutPreview } from '@bootfleet/contracts'
import { planWaves, selectorPools, type PlannedWave, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import type { CreateRolloutInput } from './create-rollout.ts'
import { eligibilitySql, skipReason, type Selection } from './eligibility.ts'
import { excludesOf } from './exclude-sql.ts'
import { failuresToTrip } from './failures-to-trip.ts'
import { readInBetween } from './in-between.ts'
import { mergedWaves } from './merged-waves.ts'
import { warnOfSelectors } from './preview-selectors.ts'
import { warnOfApprovals } from './preview-approvals.ts'
import { warnOfBuckets } from './preview-buckets.ts'
import { byGroup, byPool } from './plan-tally.ts'
import { previewEstimate, readTallies } from './preview-estimate.ts'
import { warnOfGroups } from './preview-groups.ts'
import { readSuperseded, warnOfOlderRelease, warnOfSuperseded } from './preview-superseded.ts'
import { dealPlan, shown, type DealtPlan } from './preview-deal.ts'
import { readWaveOrders, warnOfMissed } from './preview-order.ts'
import { pulledBy, readPulls, type WavePull } from './preview-pulls.ts'
import { warnOfSample } from './preview-sample.ts'
import { warnOfSignals } from './preview-signals.ts'
import { readRoutes } from './routes.ts'
import { resolveRecipe } from './resolve-recipe.ts'

/** What a rollout would do if it started now. Nothing is written. Its order is that of a rollout with the same id. */
export function previewRollout(ctx: Ctx, input: CreateRolloutInput): Promise<RolloutPreview> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const { channel, release, policy } = await resolveRecipe(tx, input)
    const spec = policySpec(PolicyInput.parse(policy))
    const rolloutId = input.id ?? ctx.services.newId()
    const selection = {
      organizationId: ctx.organizationId,
      channelId: channel.id,
      releaseId: release.id,
      selector: input.selector ?? null,
      excludes: excludesOf({ exclude: input.exclude ?? null, policy: spec }),
      rolloutId,
      stratifyBy: spec.stratifyBy,
      pools: selectorPools(spec.waves),
      inBetween: await readInBetween(tx, { startingOn: channel.id }),
      routes: await readRoutes(tx, { channelId: channel.id, releaseId: release.id }),
    }
    const excluded = await readExcluded(tx, selection)
    const tallies = await readTallies(tx, selection)
    const inPools = byPool(tallies)
    const eligible = tallies.reduce((total, { devices }) => total + devices, 0)
    const supersedes = await readSuperseded(tx, selection)
    const waves = planWaves(spec.waves, eligible, inPools)
    const dealt = await dealPlan(tx, selection, { waves, spec })
    const now = ctx.services.now()
    const groups = byGroup(tallies)
    const pulls = await readPulls(tx, selection, dealt)
    const { id, version, tag, repository } = release
    return {
      id: rolloutId,
      channel: { id: channel.id, name: channel.name },
      release: { id, version, tag, repository },
      eligible,
      stratifyBy: spec.stratifyBy,
      waves: await presentWaves(tx, selection, { waves, spec, pulls, dealt }),
      mergedWaves: mergedWaves(spec, waves),
      excluded,
      supersedes,
      bytesToPull: pulledBy(pulls),
      overHops: overHops(pulls),
      estimate: await previewEstimate(tx, selection, { waves, spec, now, groups: tallies }),
      warnings:
        eligible === 0
          ? [{ code: 'preview.nobody', message: 'No device can take part.' }]
          : [
              ...supersedes.map(warnOfSuperseded),
              ...(await warnOfOlderRelease(tx, selection)),
              ...(await warnOfMissed(tx, selection, { waves, spec })),
              ...(await warnOfSelectors(tx, selection, { spec, waves, inPools })),
              ...warnOfSample(spec, waves),
              ...warnOfApprovals(spec, waves),
              ...(await warnOfGroups(tx, { groups, spec, now })),
              ...(await warnOfBuckets(tx, selection, groups)),
              ...(await warnOfSignals(tx, selection, { spec, now })),
            ],
    }
  })
}

async function readExcluded(tx: Tx, selection: Selection): Promise<RolloutPreview['excluded']> {
  const rows = await tx.$queryRaw<{ skip: string; count: number; devices: NamedRef[] }[]>`
    SELECT skip, count(*)::int AS count,
      (array_agg(json_build_object('id', device_id, 'name', name) ORDER BY name))[1:${shown}] AS devices
    FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NOT NULL GROUP BY skip ORDER BY count DESC`
  return rows.map(({ skip, count, devices }) => ({ because: skipReason(skip), count, devices }))
}

function overHops(pulls: readonly WavePull[]): RolloutPreview['overHops'] {
  const over = pulls.filter((pull) => pull.overHops)
  const devices = over.reduce((sum, pull) => sum + pull.devices, 0)
  return devices === 0 ? null : { devices, bytesToPull: pulledBy(over) }
}

interface PlannedWaves {
  readonly waves: readonly PlannedWave[]
  readonly spec: PolicySpec
  readonly pulls: readonly WavePull[]
  readonly dealt: DealtPlan
}

async function presentWaves(
  tx: Tx,
  selection: Selection,
  { waves, spec, pulls, dealt }: PlannedWaves,
): Promise<RolloutPreview['waves']> {
  const orders = await readWaveOrders(tx, selection, { waves, dealt })
  return orders.map(({ wave, ...order }) => {
    const rule = spec.waves[wave.rule]
    return {
      index: wave.index,
      name: wave.name,
      size: wave.size,
      selector: rule?.selector ?? null,
      soakSec: rule?.soakSec ?? 0,
      ...order,
      bytesToPull: pulledBy(pulls.filter((pull) => pull.wave === wave.index)),
      failuresToTrip: rule ? failuresToTrip(rule.gate, wave.size) : null,
      successesToPass: Math.max(1, Math.ceil(((rule?.gate.minSuccessPercent ?? 100) * wave.size) / 100)),
    }
  })
}
