import type { Decision, TargetChange } from './decision.ts'
import { decide } from './decide.ts'
import type { PolicySpec, WaveRule } from './policy.ts'
import type { TargetState } from './target-lifecycle.ts'
import type { DeviceView, GroupView, ReportView, RolloutView, TargetView, WaveView } from './view.ts'

/** The moment at which tests look. */
export const now = 1_000_000_000

export const image = 'sha256:new'
export const oldImage = 'sha256:old'

export const canary: WaveRule = {
  name: 'canary',
  size: { count: 1 },
  soakSec: 60,
  gate: { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 },
}

export const rest: WaveRule = { ...canary, name: 'rest', size: null }

export const policy: PolicySpec = {
  waves: [canary, rest],
  timeouts: {
    downloadSec: 600,
    grantSec: 60,
    applySec: 300,
    healthSec: 120,
    unreachableAfterSec: 90,
    giveUpAfterSec: 3600,
  },
  windows: 'respect',
  onTrip: 'pause',
  unreachable: 'replace',
  lateJoiners: 'ignore',
  stratifyBy: null,
  jitterSec: 0,
  observeForSec: 86_400,
}

/** A healthy device on the old image, that has read all that it was told. */
export function aReport(over: Partial<ReportView> = {}): ReportView {
  return {
    receivedAt: now - 1000,
    observedGen: 7,
    phase: 'idle',
    bootKey: 'boot-1',
    bootedDigest: oldImage,
    stagedDigest: null,
    stagedLocked: false,
    health: 'healthy',
    grantId: null,
    attempt: null,
    errors: [],
    failedChecks: [],
    ...over,
  }
}

/** A connected device that can lock a stage. */
export function aDevice(over: Partial<DeviceView> = {}): DeviceView {
  return {
    removed: false,
    connected: true,
    conn: 'conn-1',
    connectedAt: now - 600_000,
    lastSeenAt: now - 500,
    canLock: true,
    quarantined: false,
    busyWith: null,
    desiredGen: 7,
    report: aReport(),
    ...over,
  }
}

export const offline = { connected: false, conn: null, connectedAt: null } as const

const typical: Partial<Record<TargetState, Partial<ReportView>>> = {
  staged: { stagedDigest: image, stagedLocked: true },
  succeeded: { bootedDigest: image, bootKey: 'boot-2' },
}

/** A target in the first wave, in the states of a grant with one. */
export function aTarget(state: TargetState, over: Partial<TargetView> = {}): TargetView {
  const granted = ['granted', 'rebooting', 'verifying', 'timed_out'].includes(state)
  return {
    deviceId: 'device-1',
    groupId: 'group-1',
    wave: 0,
    state,
    stateSince: now - 10_000,
    dueAt: now,
    accept: [image, 'sha256:index'],
    fromDigest: oldImage,
    fromBootKey: 'boot-1',
    firstGrantedAt: granted ? now - 10_000 : null,
    grant: granted ? { id: 'grant-1', conn: 'conn-1', at: now - 10_000, bootKey: 'boot-1' } : null,
    recalled: false,
    reason: null,
    soakBootKey: state === 'soaking' ? 'boot-2' : null,
    soakUntil: state === 'soaking' ? now + 30_000 : null,
    attempts: 0,
    holdsSlot: granted,
    device: aDevice({ report: aReport(typical[state]) }),
    ...over,
  }
}

export function aGroup(over: Partial<GroupView> = {}): GroupView {
  const window = { closed: null, windowUntil: null, reopensAt: null }
  return { slots: 10, slotsTaken: 0, maxDownloading: 10, downloading: 0, ...window, ...over }
}

export function aWave(over: Partial<WaveView> = {}): WaveView {
  return { index: 0, rule: 0, size: 1, state: 'open', openedAt: now - 60_000, excused: 0, counts: {}, ...over }
}

/** A running rollout with these targets all in its first wave, unless it says otherwise. */
export function aView(targets: readonly TargetView[], over: Partial<RolloutView> = {}): RolloutView {
  const waves = over.waves ?? [aWave({ size: Math.max(1, targets.length) })]
  return {
    state: 'running',
    policy,
    groups: { 'group-1': aGroup() },
    targets,
    unassigned: targets.filter(({ wave, state }) => wave === null && state === 'pending').length,
    more: false,
    grantIds: targets.map((_target, index) => `fresh-${index + 1}`),
    ...over,
    waves: waves.map((wave) => ({
      ...wave,
      counts: Object.keys(wave.counts).length > 0 ? wave.counts : count(targets, wave),
    })),
  }
}

function count(targets: readonly TargetView[], { index }: WaveView): WaveView['counts'] {
  const counts: Partial<Record<TargetState, number>> = {}
  for (const { wave, state } of targets) if (wave === index) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** What one target of a rollout becomes: the changes that are more than another look. */
export function changesOf(target: TargetView, over: Partial<RolloutView> = {}): TargetChange[] {
  return moves(decide(aView([target], over), now))
}

export function moves({ targets }: Decision): TargetChange[] {
  return targets.filter(({ event }) => event !== undefined)
}
