import {
  operatorVerbs,
  PolicyInput,
  policySpec,
  type Rollout,
  type RolloutEvent,
  type RolloutWave,
  type TargetCounts,
} from '@bootfleet/contracts'
import { targetStates } from '@bootfleet/domain'

export const rolloutId = '0198c0de-0000-7000-8000-000000000001'

export function aCount(counts: Partial<TargetCounts> = {}): TargetCounts {
  return { ...(Object.fromEntries(targetStates.map((state) => [state, 0])) as TargetCounts), ...counts }
}

export function aWave(wave: Partial<RolloutWave> = {}): RolloutWave {
  const times = { openedAt: null, concludedAt: null, approvalAskedAt: null, approvedAt: null, promoted: null }
  return {
    index: 0,
    name: 'canary',
    size: 1,
    selector: null,
    state: 'open',
    approval: 'auto',
    counts: aCount(),
    excused: 0,
    evaluation: null,
    ...times,
    ...wave,
  }
}

/** A running rollout to two devices. */
export function aRollout(rollout: Partial<Rollout> = {}): Rollout {
  const allowed = { allowed: true }
  return {
    id: rolloutId,
    channel: { id: rolloutId, name: 'edge-stable' },
    release: { id: rolloutId, version: '1.2.0', tag: '1.2', repository: 'registry.test/os/edge' },
    kind: 'update',
    state: 'running',
    because: { code: 'gate.waiting', message: '0 of 1 succeeded, 1 under way.' },
    policyId: null,
    policyName: null,
    policyVersion: null,
    policy: policySpec(PolicyInput.parse({})) as Rollout['policy'],
    selector: null,
    exclude: null,
    supersededBy: null,
    parentId: null,
    rollback: null,
    eligible: 2,
    approvals: { required: 0, given: 0, seen: null, list: [] },
    createdBy: 'Admin',
    createdAt: '2026-03-01T02:00:00.000Z',
    startedAt: '2026-03-01T02:00:00.000Z',
    endedAt: null,
    startAt: null,
    estimate: null,
    waves: [aWave(), aWave({ index: 1, name: 'rest', state: 'pending' })],
    counts: aCount({ pending: 1, rebooting: 1 }),
    verbs: Object.fromEntries(operatorVerbs.map((verb) => [verb, allowed])) as Rollout['verbs'],
    ...rollout,
  }
}

export function anEvent(id: number, event: Partial<RolloutEvent> = {}): RolloutEvent {
  const because = { code: 'target.granted', message: 'The device may reboot into the image now.' }
  const at = '2026-03-01T02:00:05.000Z'
  return { id: String(id), at, kind: 'target.granted', wave: 0, deviceId: null, because, ...event }
}
