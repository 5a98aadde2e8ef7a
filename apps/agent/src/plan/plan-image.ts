import type { Desired } from '@bootfleet/contracts'
import { digestOfRef, holds } from '../bootc/host-status.ts'
import { grantObjection } from '../desired/grant.ts'
import { blockersOf } from '../host/blockers.ts'
import { isHeldBack } from './hold-back.ts'
import type { PlanProblem, Step } from './step.ts'
import type { View } from './view.ts'

type Wanted = NonNullable<Desired['image']>

/** Nothing that bootc could take for an option, and nothing that could end its line. */
const referenceForm = /^[A-Za-z0-9[][\w.:/@[\]-]*$/

/** What to do about images: first make an ordinary reboot harmless, then give up grants, then move on. */
export function planImage(view: View): Step {
  const secure = secureStaged(view)
  if (secure !== undefined && !isHeldBack(view, secure)) return secure
  // What cannot be secured now must not keep a slot from others as well.
  return returnGrant(view) ?? secure ?? rebootOnDemand(view) ?? converge(view)
}

/** The grant may be used for this document at this moment. */
function usableGrant(view: View): string | undefined {
  const { grant, desired, now, conn } = view
  if (grant === null || desired?.apply.phase !== 'applied' || blockage(view) !== undefined) return undefined
  return grantObjection(grant, { conn, mono: now.mono }) === undefined ? grant.id : undefined
}

/** Whatever would boot on any reboot, and is not granted, is locked, replaced or taken out of the queue. */
function secureStaged(view: View): Step | undefined {
  if (isSlotQueued(view)) return usableGrant(view) === undefined ? { kind: 'unqueue-slot' } : undefined
  const isPartial = isStagedInPart(view)
  if (isLoose(view) && (isPartial || !isGranted(view)))
    return view.caps.downloadOnly ? { kind: 'lock' } : { kind: 'drop-staged' }
  return isPartial ? { kind: 'drop-staged' } : undefined
}

/**
 * bootc fails after it has staged when an image that belongs to this one cannot be pulled, or when it is killed; asked
 * again it finds the image staged and pulls nothing more. Only what the journal knows to be whole may boot.
 */
function isStagedInPart({ host, journal }: View): boolean {
  return journal.attempt?.phase === 'staging' && holds(host.staged, journal.attempt.accept)
}

/** Any reboot would boot what is staged, it is not what runs already, and it is for the agent to care. */
function isLoose({ host, desired, journal }: View): boolean {
  const { staged, booted } = host
  if (staged === null || staged.locked) return false
  const runsAlready = booted?.digest !== undefined && staged.digest === booted.digest
  const isOwn = journal.attempt !== null && journal.attempt.phase !== 'done'
  return !runsAlready && (desired?.image != null || isOwn)
}

/** What is staged may boot now. */
function isGranted(view: View): boolean {
  return usableGrant(view) !== undefined && holds(view.host.staged, view.desired?.image?.accept ?? [])
}

function returnGrant(view: View): Step | undefined {
  const { grant, host, desired, conn, now } = view
  if (grant === null) return undefined
  const objection = grantObjection(grant, { conn, mono: now.mono })
  if (objection !== undefined) return { kind: 'return-grant', grant: grant.id, code: objection }
  if (holds(host.booted, desired?.image?.accept ?? [])) return undefined
  const blocked = blockage(view)
  return blocked === undefined ? undefined : { kind: 'return-grant', grant: grant.id, code: blocked.code }
}

/** At most once for each count; what is staged is locked by now, so it brings up the same image again. */
function rebootOnDemand({ desired, journal }: View): Step | undefined {
  const wanted = desired?.ops.reboot
  if (wanted === undefined || wanted <= (journal.opsDone.reboot ?? 0)) return undefined
  return { kind: 'op-reboot', count: wanted }
}

function converge(view: View): Step {
  const { desired, host } = view
  if (desired?.image == null || desired.apply.phase === 'none') return { kind: 'idle', because: 'no image is wanted' }
  if (holds(host.booted, desired.image.accept)) return { kind: 'idle', because: 'the wanted image is booted' }
  const blocked = blockage(view)
  if (blocked !== undefined) return { kind: 'idle', because: blocked.detail, problem: blocked }
  if (isInSlot(view, desired.image)) return bootSlot(view)
  return holds(host.staged, desired.image.accept) ? bootStaged(view) : stage(view, desired.image)
}

function bootStaged(view: View): Step {
  const grant = usableGrant(view)
  if (grant === undefined) return { kind: 'idle', because: 'staged, waiting for a grant' }
  return view.host.staged?.locked === true ? { kind: 'unlock', grant } : { kind: 'reboot', grant }
}

function bootSlot(view: View): Step {
  const grant = usableGrant(view)
  if (grant === undefined) return { kind: 'idle', because: 'in the rollback slot, waiting for a grant' }
  return isSlotQueued(view) ? { kind: 'reboot', grant } : { kind: 'queue-slot', grant }
}

function stage(view: View, image: Wanted): Step {
  const { now, caps } = view
  const grant = usableGrant(view)
  if (!caps.downloadOnly && grant === undefined) {
    return { kind: 'idle', because: 'this bootc cannot lock what it stages: waiting for a grant before staging' }
  }
  if (grant === undefined && now.mono < view.stageNotBefore) {
    return { kind: 'idle', because: 'waiting for this device’s turn to download', until: view.stageNotBefore }
  }
  return { kind: 'stage', ref: image.ref, locked: caps.downloadOnly }
}

/** Why this device may not move to the wanted image, whatever is granted. */
function blockage({ desired, host, caps, journal, now }: View): PlanProblem | undefined {
  const image = desired?.image
  if (desired == null || image == null) return undefined
  const bad = image.accept.find((digest) => journal.quarantined.includes(digest))
  if (bad !== undefined)
    return { code: 'quarantined', detail: `this device fell back from ${bad}: unquarantine it first` }
  if (digestOfRef(image.ref) === undefined || !referenceForm.test(image.ref)) {
    return { code: 'rejected_desired', detail: 'the wanted image is no reference that is pinned to a digest' }
  }
  if (desired.expiresAt !== undefined && now.wall >= Date.parse(desired.expiresAt)) {
    return { code: 'rejected_desired', detail: 'the desired document has expired: waiting for a newer one' }
  }
  const blockers = blockersOf(host, caps)
  if (blockers.length === 0) return undefined
  return {
    code: 'unsupported_host',
    detail: blockers
      .map(({ detail }) => detail)
      .join('; ')
      .slice(0, 1000),
  }
}

/** The wanted image is what `bootc rollback` boots: nothing to stage. With something staged that verb is not trusted. */
function isInSlot({ host }: View, image: Wanted): boolean {
  return host.staged === null && host.rollback?.incompatible === false && holds(host.rollback, image.accept)
}

/**
 * The agent itself queued the rollback slot for the next boot, and no reboot came since; or somebody restarted userspace
 * alone, which puts a staged deployment there.
 */
function isSlotQueued({ journal, host }: View): boolean {
  const { attempt } = journal
  if (attempt?.phase !== 'rebooting') return false
  if (attempt.via === 'stage') {
    return host.backend === 'ostree' && host.rollbackQueued && holds(host.rollback, attempt.accept)
  }
  return attempt.queuedBefore !== undefined && host.rollbackQueued !== attempt.queuedBefore
}
