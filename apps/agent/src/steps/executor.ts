import type { Step, StepKind } from '../plan/step.ts'
import type { Runtime } from '../runtime.ts'

/** Does one kind of step. A failure is thrown; the loop turns it into a reported error and a later try. */
export type Executor<Kind extends StepKind> = (runtime: Runtime, step: Extract<Step, { kind: Kind }>) => Promise<void>
