import type { Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { authorize, type Permission } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { lockKnownRollout, type RolloutRow } from './lock-rollout.ts'
import { presentRollout } from './present-rollout.ts'

export interface ControlInput {
  readonly rollout: string
}

export interface Control {
  readonly permission: Permission
  readonly apply: (tx: Tx, rollout: RolloutRow) => Promise<void>
}

/** What all operator verbs share: permission, the rollout's lock, the answer. */
export function controlRollout(
  ctx: Ctx,
  { rollout: id }: ControlInput,
  { permission, apply }: Control,
): Promise<Rollout> {
  authorize(ctx, permission)
  return inOrganization(ctx, async (tx) => {
    await apply(tx, await lockKnownRollout(tx, id))
    return presentRollout(tx, ctx, id)
  })
}
