import type { OperatorVerb } from '@bootfleet/contracts'
import { authorize, type Permission } from '../authorize.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'

const permissions: Record<OperatorVerb, Permission> = {
  start: 'rollout:start',
  schedule: 'rollout:start',
  approve: 'rollout:approve',
  reject: 'rollout:approve',
  pause: 'rollout:control',
  resume: 'rollout:control',
  promote: 'rollout:control',
  abort: 'rollout:control',
  retry: 'rollout:control',
  'roll-back': 'rollout:control',
}

/** Whether the actor may use a verb at all. */
export function mayVerb(ctx: Ctx, verb: OperatorVerb): boolean {
  try {
    authorize(ctx, permissions[verb])
    return true
  } catch (error) {
    if (error instanceof OperationError) return false
    throw error
  }
}
