import type { TargetState } from './target-lifecycle.ts'
import { aDevice, aReport, aTarget, aGroup, image } from './view.testing.ts'
import type { DeviceView, ReportView, RolloutView, TargetView } from './view.ts'

/** A situation, the move that it leads to, and why. */
export type Case = readonly [name: string, from: TargetState, to: TargetState, code: string, given: Given]

export interface Given {
  readonly report?: Partial<ReportView> | null
  readonly device?: Partial<DeviceView>
  readonly target?: Partial<TargetView>
  readonly view?: Partial<RolloutView>
}

export const full = { view: { groups: { 'group-1': aGroup({ slots: 1, slotsTaken: 1, maxDownloading: 0 }) } } }
export const onImage = { bootedDigest: image, bootKey: 'boot-2' }
export const lostStage = { report: { bootKey: 'boot-2' } }
export const fatal = { code: 'disk_full', detail: 'no space', retryable: false, digest: image }

/** A target in a situation. */
export function given(from: TargetState, { report, device, target }: Given): TargetView {
  return aTarget(from, { device: aDevice({ report: report === null ? null : aReport(report), ...device }), ...target })
}
