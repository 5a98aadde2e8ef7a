import type { Because } from './because.ts'
import { whyNoSlot, type BudgetState } from './budget.ts'
import type { TargetChange } from './decision.ts'
import { backedOffUntil, whyBackedOff } from './grant-backoff.ts'
import { move } from './move.ts'
import { uncountedDevices } from './signals.ts'
import type { ReportView, TargetView, WaveView } from './view.ts'
import { apply, assigned, followDevice, hasRoom, takesIn, targetsIn, type Turn } from './turn.ts'

/**
 * Fills the open waves, offers downloads and grants reboots, each within its budget. Without `grants` a device keeps the
 * grant that it has, and no other gets one.
 */
export function giveOut(turn: Turn, open: readonly WaveView[], { grants } = { grants: true }): void {
  for (const wave of open) fill(turn, wave)
  offer(turn)
  if (grants) grant(turn)
  renewAll(turn)
}

// An open wave takes the first connected unassigned targets of its pools in the salted order until it is full. The waves
// before it were asked first, so nobody is taken whom one of those needs.
function fill(turn: Turn, wave: WaveView): void {
  let room = wave.size - assigned(turn, wave)
  for (const target of targetsIn(turn, ['pending'])) {
    if (room <= 0 || !hasRoom(turn)) return
    if (target.wave !== null || !takesIn(turn, wave, target) || !target.device.connected || isBusy(target)) continue
    const because = { code: 'target.assigned', message: `Taken into wave ${wave.index + 1}.`, wave: wave.index }
    apply(turn, move(turn.ctx, target, { to: 'pending', because, wave: wave.index, event: 'target.assigned' }))
    // It may have booted the image on its own, or have been quarantined, while it waited.
    followDevice(turn, target.deviceId)
    room -= 1
  }
}

function offer(turn: Turn): void {
  for (const target of targetsIn(turn, ['pending'])) {
    if (!hasRoom(turn)) return
    if (target.wave === null || whyNoOffer(turn, target)) continue
    const because = { code: 'target.offered', message: 'The device was told to pull and stage the image.' }
    apply(turn, move(turn.ctx, target, { to: 'offered', because, instruct: { kind: 'stage' } }))
  }
}

/** What keeps a device in a wave from its download; `undefined` when nothing does. */
export function whyNoOffer(turn: Turn, target: TargetView): Because | undefined {
  const group = turn.groups.get(target.groupId)
  if (!target.device.connected)
    return { code: 'target.offline', message: 'A download is offered to a connected device only.' }
  if (isBusy(target)) return finishesOther(target)
  if (!group) return { code: 'group.unknown', message: 'The device is in no group.' }
  const { maxDownloading } = group.view
  if (group.downloading < maxDownloading) return undefined
  const message = `${group.downloading} devices of the group download, of ${maxDownloading} that may at a time.`
  return { code: 'budget.downloads_full', message, downloading: group.downloading, maxDownloading }
}

function grant(turn: Turn): void {
  const uncounted = uncountedDevices(turn)
  for (const target of targetsIn(turn, ['staged', 'offered'])) {
    if (!hasRoom(turn)) return
    if (!readyToApply(target) || uncounted.has(target.deviceId) || whyNoGrant(turn, target)) continue
    const id = turn.grantIds.shift()
    if (id) give(turn, target, id)
  }
}

function renewAll(turn: Turn): void {
  for (const target of targetsIn(turn, ['granted'])) {
    if (!hasRoom(turn)) return
    const closed = turn.groups.get(target.groupId)?.view.closed
    // The window that it was given in may have been cut short since.
    if (closed) recall(turn, target, closed)
    else if (movedToAnotherConnection(target)) renew(turn, target)
  }
}

/** Whether only a grant is missing. A host that cannot lock a stage gets its grant before it downloads. */
export function readyToApply({ state, wave, device }: TargetView): boolean {
  return wave !== null && (state === 'staged' || (state === 'offered' && !device.canLock))
}

/** What keeps a staged device from its grant; `undefined` when nothing does. */
export function whyNoGrant(turn: Turn, target: TargetView): Because | undefined {
  const group = turn.groups.get(target.groupId)
  if (!target.device.connected || !target.device.conn)
    return { code: 'target.offline', message: 'A grant is given to a connected device only.' }
  if (!target.device.report)
    return { code: 'target.no_report', message: 'The device has not reported which boot it is on.' }
  if (isBusy(target)) return finishesOther(target)
  if (target.backoff && backedOffUntil(target, turn.now) !== null) return whyBackedOff(target.backoff)
  if (!group) return { code: 'group.unknown', message: 'The device is in no group.' }
  return whyNoPlace(target, group)
}

function whyNoPlace(target: TargetView, group: BudgetState): Because | undefined {
  if (target.holdsSlot && !target.leaving) return { code: 'budget.not_back', message: notBack }
  if (group.view.closed) return group.view.closed
  // Going back, a device that counts as down already takes its slot along.
  return target.holdsSlot ? undefined : whyNoSlot(group, target.bucket ?? null)
}

function isBusy({ device }: TargetView): boolean {
  return device.busyWith !== null
}

/** Why a device that another rollout granted its reboot is given nothing here yet. */
export function finishesOther({ device }: TargetView): Because {
  const message = 'The device finishes an earlier rollout first, which has granted it its reboot.'
  return { code: 'target.finishes_other', message, rollout: device.busyWith }
}

const notBack = 'The device has not reported healthy since its last attempt, and still holds the slot of that.'

function give(turn: Turn, target: TargetView, id: string): void {
  const { conn, report } = target.device
  if (conn === null || report === null) return
  const windowUntil = turn.groups.get(target.groupId)?.view.windowUntil ?? null
  const because = { code: 'target.granted', message: 'The device may reboot into the image now.' }
  const grant = { id, conn, bootKey: report.bootKey }
  const instruct = { kind: 'apply', grantId: id, conn, windowUntil } as const
  const given = { to: 'granted', because, grant, recalled: false, slot: 'take', instruct } as const
  apply(turn, move(turn.ctx, target, { ...given, ...originOf(target, report) }))
}

// What it runs now is what it goes back to, whatever is tried on it later.
function originOf({ firstGrantedAt }: TargetView, { bootedDigest, bootKey }: ReportView): Pick<TargetChange, 'origin'> {
  return firstGrantedAt === null && bootedDigest !== null ? { origin: { digest: bootedDigest, bootKey } } : {}
}

// Only a report made on the new connection shows that the device is still before its reboot.
function movedToAnotherConnection({ grant: held, recalled, device }: TargetView): boolean {
  if (!held || held.conn === null || recalled || !device.connected || device.conn === held.conn) return false
  const { report, connectedAt } = device
  return (
    report !== null &&
    report.bootKey === held.bootKey &&
    report.phase !== 'rebooting' &&
    report.receivedAt >= (connectedAt ?? 0)
  )
}

function renew(turn: Turn, target: TargetView): void {
  const { conn } = target.device
  const group = turn.groups.get(target.groupId)
  if (!target.grant || conn === null || !group) return
  const message = 'The device came back on a new connection before it rebooted and got its grant again.'
  const because = { code: 'target.grant_renewed', message }
  const { id, bootKey } = target.grant
  const instruct = { kind: 'apply', grantId: id, conn, windowUntil: group.view.windowUntil } as const
  const grant = { id, conn, bootKey }
  apply(turn, move(turn.ctx, target, { to: 'granted', because, grant, instruct, event: 'target.grant_renewed' }))
}

/** Takes an unused grant back. The target stays `granted`, and its slot taken, until the device shows that it did not use it. */
export function recall(turn: Turn, target: TargetView, why: Because): void {
  if (target.recalled) return
  const because = { code: 'target.grant_recalled', message: `The grant was taken back: ${why.message}` }
  const instruct = { kind: 'stage' } as const
  const event = 'target.grant_recalled'
  apply(turn, move(turn.ctx, target, { to: 'granted', because, recalled: true, instruct, event }))
}
