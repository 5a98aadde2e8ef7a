import type { BootcFailure } from '../bootc/classify-error.ts'

/** The one thing to do next. */
export type Step =
  | { kind: 'idle'; because: string; until?: number; problem?: PlanProblem }
  | { kind: 'stage'; ref: string; locked: boolean }
  | { kind: 'lock' }
  | { kind: 'drop-staged' }
  | { kind: 'unlock'; grant: string }
  | { kind: 'queue-slot'; grant: string }
  | { kind: 'unqueue-slot' }
  | { kind: 'reboot'; grant: string }
  | { kind: 'reboot-again' }
  | { kind: 'roll-back' }
  | { kind: 'keep-booted' }
  | { kind: 'verify' }
  | { kind: 'return-grant'; grant: string; code: string }
  | { kind: 'adopt-ops' }
  | { kind: 'op-reboot'; count: number }
  | { kind: 'op-unquarantine'; count: number }
  | { kind: 'op-collect-logs'; count: number }

export type StepKind = Step['kind']

/** What keeps the device from its target although nothing failed just now. */
export type PlanProblem = Pick<BootcFailure, 'code' | 'detail'>

/** Tells steps apart for the purpose of trying again: the kind, and what it is about. */
export function stepKey(step: Step): string {
  return 'ref' in step ? `${step.kind} ${step.ref}` : step.kind
}
