import type { Desired } from '@bootfleet/contracts'
import { unknownHost } from '../bootc/host-status.ts'
import type { Deployment, HostStatus } from '../bootc/host-status.ts'
import { emptyJournal } from '../journal/journal.ts'
import type { Journal, JournalAttempt } from '../journal/journal.ts'
import type { View } from '../plan/view.ts'

export const conn = '5b3f0a52-2c1a-4b1e-9f57-000000000001'
export const grant = { id: 'g1', conn, expiresAt: 60_000, recalled: false }
export const caps = {
  version: '1.16.9',
  downloadOnly: true,
  switchDownloadOnly: false,
  progressFd: true,
  softReboot: false,
  tagBesideDigest: true,
}

/** A digest that can be told apart at a glance. */
export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

export function deployment(letter: string, change: Partial<Deployment> = {}): Deployment {
  return {
    ref: `repo@${digest(letter)}`,
    digest: digest(letter),
    id: `default/${letter}.0`,
    locked: false,
    incompatible: false,
    pinned: false,
    ...change,
  }
}

export function host(change: Partial<HostStatus> = {}): HostStatus {
  return { ...unknownHost, kind: 'bootc', backend: 'ostree', booted: deployment('a'), ...change }
}

/** Wants image `b` staged, unless it is said otherwise. */
export function desired(change: Partial<Omit<Desired, 'apply'>> & { apply?: Partial<Desired['apply']> } = {}): Desired {
  const { apply, ...rest } = change
  return {
    v: 1,
    device: 'd-1',
    gen: 3,
    issuedAt: '2026-01-01T00:00:00Z',
    image: { ref: `repo@${digest('b')}`, accept: [digest('b')] },
    ops: {},
    config: { heartbeatSec: 60, pollSec: 60 },
    keys: [],
    ...rest,
    apply: { phase: 'staged', jitterSec: 0, healthTimeoutSec: 60, onUnhealthy: 'rollback', ...apply },
  }
}

export function attempt(change: Partial<JournalAttempt> = {}): JournalAttempt {
  return {
    id: 'a1',
    gen: 3,
    ref: `repo@${digest('b')}`,
    target: digest('b'),
    accept: [digest('b')],
    from: { digest: digest('a'), id: 'default/a.0' },
    via: 'stage',
    bootKey: 'boot:0',
    phase: 'staged',
    healthTimeoutSec: 60,
    onUnhealthy: 'rollback',
    ...change,
  }
}

export function journal(change: Partial<Journal> = {}): Journal {
  const health = { bootKey: 'boot:0', status: 'healthy', failed: [], deadlineMono: 0 } as const
  return { ...emptyJournal(), bootKey: 'boot:0', health: { ...health, failed: [] }, ...change }
}

/** A healthy machine on image `a`, connected, of which nothing is wanted. */
export function view(change: Partial<View> = {}): View {
  return {
    now: { mono: 1000, wall: Date.parse('2026-01-01T00:00:00Z') },
    desired: null,
    stageNotBefore: 0,
    grant: null,
    conn,
    host: host(),
    hostIsFresh: true,
    caps,
    bootKey: 'boot:0',
    journal: journal(),
    nextCheckAt: 50_000,
    rebootAskedAt: null,
    retry: null,
    ...change,
  }
}
