import { randomUUID } from 'node:crypto'
import type { Desired, ReportedImage } from '@bootfleet/contracts'
import { digestOfRef, holds } from '../bootc/host-status.ts'
import type { Deployment } from '../bootc/host-status.ts'
import type { BootLogEntry } from './boot-log.ts'
import type { Journal, JournalAttempt } from './journal.ts'

/** What is left where the journal is lost. */
export interface Remains {
  records: readonly BootLogEntry[]
  desired: Desired | null
  booted: Deployment | null
  bootKey: string
}

/** The journal as far as the log of boots and the desired document tell what was in it. */
export function rebuildJournal(lost: Journal, remains: Remains): Journal {
  return { ...lost, attempt: attemptUnderWay(remains), quarantined: fallenBackFrom(remains.records) }
}

/** Digests that this machine fell back from, and that were not healthy here afterwards. */
function fallenBackFrom(records: readonly BootLogEntry[]): string[] {
  const digests = new Set<string>()
  for (const { outcome, target, booted, health } of records) {
    if (outcome === 'rolled_back' && target !== undefined) digests.add(target)
    if (health === 'healthy' && booted.digest !== undefined) digests.delete(booted.digest)
  }
  return [...digests]
}

/** The wanted image runs here for the first time, or ran and was left before it was known to be healthy. */
function attemptUnderWay({ records, desired, booted, bootKey }: Remains): JournalAttempt | null {
  const image = desired?.image
  const target = digestOfRef(image?.ref)
  if (desired == null || image == null || target === undefined || desired.apply.phase === 'none') return null
  const accept = [...new Set([target, ...image.accept])]
  const isTarget = (other: ReportedImage): boolean => holds(other, accept)
  const at = records.findLastIndex((record) => record.bootKey !== bootKey && isOther(record.booted, accept))
  const from = records[at]
  if (from === undefined) return null
  const since = records.slice(at + 1).filter((record) => isTarget(record.booted))
  const isKnown = holds(booted, accept) ? since.some(({ health }) => health === 'healthy') : since.length === 0
  if (isKnown) return null
  const { digest, deployment } = from.booted
  return {
    id: randomUUID(),
    gen: desired.gen,
    ref: image.ref,
    target,
    accept,
    from: { ...(digest !== undefined && { digest }), ...(deployment !== undefined && { id: deployment }) },
    via: 'stage',
    bootKey: from.bootKey,
    phase: 'rebooting',
    healthTimeoutSec: desired.apply.healthTimeoutSec,
    onUnhealthy: desired.apply.onUnhealthy,
    // Nobody knows what had failed before: whatever fails now counts.
    failedUnits: [],
  }
}

function isOther({ digest }: ReportedImage, accept: readonly string[]): boolean {
  return digest !== undefined && !accept.includes(digest)
}
