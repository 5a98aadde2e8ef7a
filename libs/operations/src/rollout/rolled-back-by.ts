import { OperationError } from '../errors.ts'

export interface RolledBack {
  /** The roll-back that takes its devices back now. */
  readonly rollbackId: string | null
}

/** Where to act upon a rollout that is rolled back. */
export function rolledBackBy(rollbackId: string): string {
  return `The rollout is rolled back: pause, resume or abort its roll-back ${rollbackId}.`
}

/** Refuses a verb of a rollout that is being rolled back with the place where it is possible. */
export function refuseRolledBack({ rollbackId }: RolledBack): void {
  if (rollbackId === null) return
  throw new OperationError('illegal_transition', rolledBackBy(rollbackId), { reason: 'rolled_back_by' })
}
