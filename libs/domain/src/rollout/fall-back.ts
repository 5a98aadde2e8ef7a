import type { TargetChange } from './decision.ts'
import { withStop } from '../sentence.ts'
import { move } from './move.ts'
import type { Follow } from './timers.ts'
import type { ReportView, TargetView } from './view.ts'

const ending = { to: 'rolled_back', grant: null, recalled: false, instruct: { kind: 'none' } } as const

/** The device fell back, by its boot loader or its agent. */
export function rolledBack(target: TargetView, report: ReportView, ctx: Follow): TargetChange {
  const checks = report.failedChecks.join(', ')
  const detail = report.attempt?.detail ?? ''
  const reason = /health/.test(detail) ? 'health_failed' : 'boot_failed'
  const message = `The device booted the image, did not come up well and fell back${detail === '' ? '.' : `: ${withStop(detail)}`}`
  const because = { code: 'target.rolled_back', message, ...(checks && { checks }) }
  return move(ctx, target, { ...ending, because, reason })
}

/** The device had booted the image and runs another one, for no reason that its agent knows. */
export function leftImage(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'target.left_image', message: 'The device runs another image again.' }
  return move(ctx, target, { ...ending, because, reason: 'left_image' })
}
