import type { Enrollment } from '@bootfleet/contracts'
import type { Ctx } from '../context.ts'
import { decideEnrollment } from './decide-enrollment.ts'

/** Lets a machine in: it gets its certificate when it asks the next time. */
export function approveEnrollment(ctx: Ctx, { id }: { id: string }): Promise<Enrollment> {
  return decideEnrollment(ctx, { id, decision: 'approved' })
}
