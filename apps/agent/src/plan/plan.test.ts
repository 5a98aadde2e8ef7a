import { describe, expect, it } from 'vitest'
import { attempt, caps, deployment, desired, digest, grant, host, journal, view } from '../testing/a-view.ts'
import { plan, rebootPatienceMs } from './plan.ts'
import type { View } from './view.ts'

const applied = desired({ apply: { phase: 'applied' } })
const locked = host({ staged: deployment('b', { locked: true }) })
const loose = host({ staged: deployment('b') })
const noLock = { ...caps, downloadOnly: false }
const slot = host({ rollback: deployment('b') })
const queued = attempt({ via: 'slot', phase: 'rebooting', queuedBefore: false, queued: true })

const kind = (change: Partial<View>) => plan(view(change)).kind

describe('towards an image, the next step is', () => {
  it.each([
    ['to idle when nothing is wanted', {}, 'idle'],
    ['to stage what is wanted', { desired: desired() }, 'stage'],
    ['to idle once it is staged', { desired: desired(), host: locked }, 'idle'],
    ['to idle without a grant', { desired: applied, host: locked }, 'idle'],
    ['to unlock with a grant', { desired: applied, host: locked, grant }, 'unlock'],
    ['to reboot once unlocked', { desired: applied, host: loose, grant }, 'reboot'],
    ['to lock again when the grant is gone', { desired: applied, host: loose }, 'lock'],
    [
      'to lock what was staged for an older document',
      { desired: desired({ apply: { phase: 'none' } }), host: loose },
      'lock',
    ],
    ['to lock what is not the target', { desired: applied, host: host({ staged: deployment('c') }), grant }, 'lock'],
    [
      'to replace what is locked and not the target',
      { desired: desired(), host: host({ staged: deployment('c', { locked: true }) }) },
      'stage',
    ],
    ['to leave alone what somebody else staged', { host: loose }, 'idle'],
    [
      'to lock an own stage that nothing wants any more',
      { host: loose, journal: journal({ attempt: attempt() }) },
      'lock',
    ],
    [
      'to leave alone a stage of what runs',
      { desired: desired(), host: host({ booted: deployment('b'), staged: deployment('b') }) },
      'idle',
    ],
    ['to idle when it is booted', { desired: applied, host: host({ booted: deployment('b') }), grant }, 'idle'],
    ['to wait for its turn', { desired: desired(), stageNotBefore: 5000 }, 'idle'],
    ['to stage out of turn with a grant', { desired: applied, stageNotBefore: 5000, grant }, 'stage'],
  ] as const)('%s', (_what, change, expected) => {
    expect(kind(change)).toBe(expected)
  })

  it('to wait for a grant before staging, where staging cannot be locked', () => {
    expect(kind({ desired: applied, caps: noLock })).toBe('idle')
    expect(plan(view({ desired: applied, caps: noLock, grant }))).toMatchObject({ kind: 'stage', locked: false })
    expect(kind({ desired: applied, caps: noLock, grant, host: loose })).toBe('reboot')
    expect(kind({ desired: applied, caps: noLock, host: loose })).toBe('drop-staged')
  })

  it('to take back what was staged in part, granted or not, and to make it harmless first', () => {
    const inPart = journal({ attempt: attempt({ phase: 'staging' }) })
    expect(kind({ desired: applied, journal: inPart, host: loose, grant })).toBe('lock')
    expect(kind({ desired: applied, journal: inPart, host: locked, grant })).toBe('drop-staged')
    expect(kind({ desired: applied, journal: inPart, host: loose, grant, caps: noLock })).toBe('drop-staged')
    expect(kind({ desired: applied, journal: inPart, grant })).toBe('stage')
    expect(kind({ desired: applied, journal: journal({ attempt: attempt() }), host: locked, grant })).toBe('unlock')
  })

  it('to boot, with a grant, what a restart of userspace by hand has left to the next reboot', () => {
    const pending = {
      desired: applied,
      host: { ...slot, rollbackQueued: true },
      journal: journal({ attempt: attempt({ phase: 'rebooting' }) }),
    }
    expect(kind({ ...pending, grant })).toBe('reboot')
    expect(kind(pending)).toBe('unqueue-slot')
  })

  it('to boot the rollback slot when the target is in it', () => {
    expect(kind({ desired: applied, host: slot })).toBe('idle')
    expect(kind({ desired: applied, host: slot, grant })).toBe('queue-slot')
    const waiting = { desired: applied, host: { ...slot, rollbackQueued: true }, journal: journal({ attempt: queued }) }
    expect(kind({ ...waiting, grant })).toBe('reboot')
    expect(kind(waiting)).toBe('unqueue-slot')
    expect(kind({ desired: desired(), host: { ...slot, staged: deployment('c', { locked: true }) } })).toBe('stage')
  })
})

describe('a grant', () => {
  it.each([
    ['that expired', { grant: { ...grant, expiresAt: 1000 } }, 'expired'],
    ['that was recalled', { grant: { ...grant, recalled: true } }, 'recalled'],
    ['of an earlier connection', { conn: null }, 'connection_lost'],
    ['for a quarantined image', { journal: journal({ quarantined: [digest('b')] }) }, 'quarantined'],
    ['on a layered host', { host: host({ booted: deployment('a', { incompatible: true }) }) }, 'unsupported_host'],
    [
      'after the document expired',
      { desired: desired({ apply: { phase: 'applied' }, expiresAt: '2025-12-31T00:00:00Z' }) },
      'rejected_desired',
    ],
  ] as const)('%s is returned', (_what, change, code) => {
    expect(plan(view({ desired: applied, grant, ...change }))).toEqual({ kind: 'return-grant', grant: 'g1', code })
  })

  it('is returned only after what is staged is locked', () => {
    expect(kind({ desired: applied, host: loose, grant: { ...grant, recalled: true } })).toBe('lock')
  })

  it('is returned also when what is staged cannot be secured now', () => {
    const retry = { step: 'lock', gen: 3, notBefore: 9000 }
    const change = { desired: applied, host: loose, retry }
    expect(kind({ ...change, grant: { ...grant, recalled: true } })).toBe('return-grant')
    expect(plan(view(change))).toMatchObject({ kind: 'idle', until: 9000 })
  })

  it('wakes the agent when it expires', () => {
    const retry = { step: `stage repo@${digest('b')}`, gen: 3, notBefore: 90_000 }
    expect(plan(view({ desired: applied, grant, retry, nextCheckAt: 90_000 }))).toMatchObject({ until: 60_000 })
  })
})

describe('before anything else the agent', () => {
  const busy = { desired: applied, host: locked, grant }

  it('waits for a reboot it asked for, and asks again in the end', () => {
    expect(plan(view({ ...busy, rebootAskedAt: 900 }))).toMatchObject({ kind: 'idle', until: 900 + rebootPatienceMs })
    expect(kind({ ...busy, rebootAskedAt: 1000 - rebootPatienceMs })).toBe('reboot-again')
  })

  it('decides nothing on an old answer of bootc', () => {
    expect(plan(view({ ...busy, hostIsFresh: false }))).toMatchObject({ kind: 'idle', until: 6000 })
  })

  it('finishes a rollback', () => {
    expect(kind({ ...busy, journal: journal({ attempt: attempt({ phase: 'rolling_back' }) }) })).toBe('roll-back')
  })

  it('makes the image it fell back to the first one again', () => {
    const fellBack = journal({
      attempt: attempt({ phase: 'done', outcome: 'rolled_back' }),
      quarantined: [digest('b')],
    })
    expect(kind({ journal: fellBack, host: { ...slot, rollbackQueued: true } })).toBe('keep-booted')
    expect(kind({ journal: fellBack, host: slot })).toBe('idle')
    expect(kind({ journal: fellBack, host: { ...slot, rollbackQueued: true, backend: 'composefs' } })).toBe('idle')
  })

  it('finds out the health of this boot', () => {
    const checking = journal()
    checking.health.status = 'checking'
    expect(kind({ ...busy, journal: checking, nextCheckAt: 1000 })).toBe('verify')
    expect(plan(view({ ...busy, journal: checking, nextCheckAt: 3000 }))).toMatchObject({ kind: 'idle', until: 3000 })
  })
})

describe('an idle agent', () => {
  it('looks at its health again', () => {
    expect(kind({ nextCheckAt: 1000 })).toBe('verify')
    expect(plan(view({ nextCheckAt: 7000 }))).toMatchObject({ until: 7000 })
  })

  it('reboots on demand, once for each count, and never into what is not granted', () => {
    const wanted = desired({ image: null, ops: { reboot: 2 } })
    expect(plan(view({ desired: wanted }))).toEqual({ kind: 'op-reboot', count: 2 })
    expect(kind({ desired: wanted, journal: journal({ opsDone: { reboot: 2 } }) })).toBe('idle')
    expect(kind({ desired: desired({ ops: { reboot: 2 } }), host: loose })).toBe('lock')
  })

  it('unquarantines and collects logs on demand', () => {
    expect(kind({ desired: desired({ ops: { unquarantine: 1 } }) })).toBe('op-unquarantine')
    expect(kind({ desired: desired({ ops: { collectLogs: 1 } }) })).toBe('op-collect-logs')
  })

  it('says why it does not go on', () => {
    const problem = (change: Partial<View>) => {
      const step = plan(view({ desired: applied, ...change }))
      return step.kind === 'idle' ? step.problem?.code : step.kind
    }
    expect(problem({ journal: journal({ quarantined: [digest('b')] }) })).toBe('quarantined')
    expect(problem({ host: host({ kind: 'none', booted: null }) })).toBe('unsupported_host')
    expect(problem({ host: host({ readOnly: true }) })).toBe('unsupported_host')
    expect(problem({ host: host({ kind: 'ostree' }), caps: { ...caps, version: '1.0.2' } })).toBe('unsupported_host')
    const { ref: _ref, digest: _digest, ...plain } = deployment('a')
    expect(problem({ host: host({ kind: 'ostree', booted: plain }) })).toBe('unsupported_host')
    for (const ref of ['--help', 'quay.io/a b', 'quay.io/a\n'])
      expect(problem({ desired: desired({ image: { ref: `${ref}@${digest('b')}`, accept: [digest('b')] } }) })).toBe(
        'rejected_desired',
      )
    expect(problem({ desired: desired({ image: { ref: 'repo:latest', accept: [digest('b')] } }) })).toBe(
      'rejected_desired',
    )
  })

  it('gives up a step that cannot succeed until a newer document comes', () => {
    const retry = { step: `stage repo@${digest('b')}`, gen: 3, notBefore: null }
    expect(kind({ desired: desired(), retry })).toBe('idle')
    expect(kind({ desired: desired({ gen: 4 }), retry })).toBe('stage')
    expect(kind({ desired: desired(), retry: { ...retry, notBefore: 2000 } })).toBe('idle')
    expect(kind({ desired: desired(), retry: { ...retry, notBefore: 1000 } })).toBe('stage')
  })
})
