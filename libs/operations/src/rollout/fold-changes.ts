import { pullFromAfter, type Because, type Instruction, type TargetChange, type TargetView } from '@bootfleet/domain'

/** One target as a turn leaves it. */
export interface TargetRowChange {
  readonly deviceId: string
  readonly groupId: string
  readonly state: string
  readonly reason: string | null
  readonly because: Because
  readonly wave: number | null
  readonly stateSince: Date
  readonly pullFrom: bigint | null
  readonly dueAt: Date | null
  readonly grantId: string | null
  readonly grantConn: string | null
  readonly grantedAt: Date | null
  readonly grantBootKey: string | null
  readonly firstGrantedAt: Date | null
  readonly origin: TargetChange['origin']
  readonly recalled: boolean
  readonly grantsReturned: number
  readonly grantAfter: Date | null
  readonly soakBootKey: string | null
  readonly soakUntil: Date | null
  readonly attempts: number
  readonly hop: TargetChange['hop']
  readonly slot: 'take' | 'free' | undefined
  readonly instruct: Instruction | undefined
}

/** What each target of a turn has become: several changes of one device are one row. Targets that were only looked at are apart. */
export function foldChanges(
  targets: readonly TargetView[],
  changes: readonly TargetChange[],
  now: Date,
): { changed: TargetRowChange[]; postponed: { deviceId: string; dueAt: Date | null }[] } {
  const byDevice = new Map<string, TargetChange[]>()
  for (const change of changes) byDevice.set(change.deviceId, [...(byDevice.get(change.deviceId) ?? []), change])
  const known = new Map(targets.map((target) => [target.deviceId, target]))
  const changed: TargetRowChange[] = []
  const postponed: { deviceId: string; dueAt: Date | null }[] = []
  for (const [deviceId, list] of byDevice) {
    const target = known.get(deviceId)
    const last = list.at(-1)
    if (!target || !last) continue
    if (list.every(({ event }) => event === undefined)) postponed.push({ deviceId, dueAt: toDate(last.dueAt) })
    else changed.push(fold(target, list, now))
  }
  return { changed, postponed }
}

function fold(target: TargetView, list: readonly TargetChange[], now: Date): TargetRowChange {
  const end = list.reduce(merge)
  const moved = list.some(({ from, to }) => from !== to)
  const soak = end.soak === undefined ? { bootKey: target.soakBootKey, until: target.soakUntil } : end.soak
  return {
    deviceId: target.deviceId,
    groupId: target.groupId,
    state: end.to,
    reason: end.reason ?? null,
    because: end.because,
    wave: end.wave === undefined ? target.wave : end.wave,
    stateSince: moved ? now : new Date(target.stateSince),
    pullFrom: foldPull(target, list, now.getTime()),
    dueAt: toDate(end.dueAt),
    ...foldGrant(target, end, now),
    firstGrantedAt: firstGranted(target, end, now),
    origin: end.origin,
    recalled: end.recalled ?? target.recalled,
    ...foldBackoff(target, end),
    soakBootKey: soak?.bootKey ?? null,
    soakUntil: toDate(soak?.until ?? null),
    attempts: end.attempts ?? target.attempts,
    hop: end.hop,
    slot: end.slot,
    instruct: end.instruct,
  }
}

// What a later change leaves out stays as an earlier one of the same turn said; a reason belongs to its own change.
function merge(earlier: TargetChange, { reason, ...later }: TargetChange): TargetChange {
  const { reason: _outdated, ...kept } = earlier
  return { ...kept, ...later, ...(reason !== undefined && { reason }) }
}

function foldPull(target: TargetView, list: readonly TargetChange[], now: number): bigint | null {
  const end = list.reduce((one, { to }) => ({ ...one, state: to, pullFrom: pullFromAfter(one, to, now) }), target)
  return end.pullFrom == null ? null : BigInt(end.pullFrom)
}

const noGrant = { grantId: null, grantConn: null, grantedAt: null, grantBootKey: null }

// A grant that is renewed on another connection keeps its id and its clock.
function foldGrant(target: TargetView, end: TargetChange, now: Date) {
  const grant: { id: string; conn: string | null; bootKey: string | null } | null =
    end.grant === undefined ? target.grant : end.grant
  if (grant === null) return noGrant
  const since = grant.id === target.grant?.id ? new Date(target.grant.at) : now
  return { grantId: grant.id, grantConn: grant.conn, grantedAt: since, grantBootKey: grant.bootKey }
}

function foldBackoff(target: TargetView, end: TargetChange) {
  const backoff = end.backoff === undefined ? target.backoff : end.backoff
  return { grantsReturned: backoff?.returned ?? 0, grantAfter: toDate(backoff?.until ?? null) }
}

function firstGranted({ firstGrantedAt }: TargetView, { grant }: TargetChange, now: Date): Date | null {
  return toDate(grant ? (firstGrantedAt ?? now.getTime()) : firstGrantedAt)
}

function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time)
}
