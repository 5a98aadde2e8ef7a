import type { Enrollment } from '@bootfleet/contracts'
import type { Ctx } from '../context.ts'
import { decideEnrollment } from './decide-enrollment.ts'

/** Turns a machine away for good. */
export function rejectEnrollment(ctx: Ctx, { id }: { id: string }): Promise<Enrollment> {
  return decideEnrollment(ctx, { id, decision: 'rejected' })
}
