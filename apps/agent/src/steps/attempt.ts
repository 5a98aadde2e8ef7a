import { randomUUID } from 'node:crypto'
import { digestOfRef, holds } from '../bootc/host-status.ts'
import type { JournalAttempt } from '../journal/journal.ts'
import type { Runtime } from '../runtime.ts'

/** A new attempt to reach the image of the present desired document. */
export function beginAttempt(
  { desired, memory, bootKey }: Runtime,
  how: Pick<JournalAttempt, 'via' | 'phase'>,
): JournalAttempt {
  const doc = desired.current()?.doc
  const ref = doc?.image?.ref
  const target = digestOfRef(ref)
  if (doc?.image == null || ref === undefined || target === undefined) throw new Error('no image is wanted')
  const { booted } = memory.host
  return {
    id: randomUUID(),
    gen: doc.gen,
    ref,
    target,
    accept: [...new Set([target, ...doc.image.accept])],
    from: {
      ...(booted?.digest !== undefined && { digest: booted.digest }),
      ...(booted?.id !== undefined && { id: booted.id }),
    },
    bootKey,
    healthTimeoutSec: doc.apply.healthTimeoutSec,
    onUnhealthy: doc.apply.onUnhealthy,
    ...how,
  }
}

/** The units that have failed on the image before: they prove nothing against the next one. */
export async function failedBefore({ platform }: Runtime): Promise<Pick<JournalAttempt, 'failedUnits'>> {
  const failedUnits = await platform.machine.failedUnits()
  return failedUnits === undefined ? {} : { failedUnits }
}

/** The desired document asks for a restart of userspace alone; bootc does it where the kernel stays the same. */
export function wantsSoftReboot({ desired }: Runtime): boolean {
  return desired.current()?.doc.apply.softReboot === true
}

/** The attempt that goes on, or a new one where the journal knows none for what is staged. */
export function attemptFor(runtime: Runtime, via: JournalAttempt['via']): JournalAttempt {
  const { attempt } = runtime.journal.current()
  const { host } = runtime.memory
  const next = via === 'slot' ? host.rollback : host.staged
  const goesOn = attempt !== null && attempt.phase !== 'done' && attempt.via === via && holds(next, attempt.accept)
  const base = goesOn ? attempt : beginAttempt(runtime, { via, phase: 'staged' })
  const doc = runtime.desired.current()?.doc
  return {
    ...base,
    ...(next?.id !== undefined && { stagedDeployment: next.id }),
    ...(doc && { gen: doc.gen, healthTimeoutSec: doc.apply.healthTimeoutSec, onUnhealthy: doc.apply.onUnhealthy }),
  }
}
