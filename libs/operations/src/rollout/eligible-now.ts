import { selectorPools } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import { eligibilitySql } from './eligibility.ts'
import { excludesOf } from './exclude-sql.ts'
import { readInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { readRoutes } from './routes.ts'

/** The rows of `eligibilitySql` for a rollout that was started, or for these devices, as the update graph is now. */
export async function eligibleSql(tx: Tx, rollout: RolloutRow, among?: readonly string[]): Promise<Prisma.Sql> {
  const { id: rolloutId, organizationId, channelId, releaseId, selector, policy } = rollout
  return eligibilitySql({
    organizationId,
    channelId,
    releaseId,
    selector,
    excludes: excludesOf(rollout),
    rolloutId,
    stratifyBy: policy.stratifyBy,
    pools: selectorPools(policy.waves),
    inBetween: await readInBetween(tx, { rolloutId }),
    routes: await readRoutes(tx, { channelId, releaseId }),
    among,
  })
}
