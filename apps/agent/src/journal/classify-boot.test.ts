import { describe, expect, it } from 'vitest'
import { unknownHost } from '../bootc/host-status.ts'
import type { Deployment, HostStatus } from '../bootc/host-status.ts'
import { classifyBoot } from './classify-boot.ts'
import type { BootFacts } from './classify-boot.ts'
import type { JournalAttempt } from './journal.ts'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

function deployment(letter: string, serial = 0): Deployment {
  return {
    digest: digest(letter),
    id: `default/${letter}.${serial}`,
    locked: false,
    incompatible: false,
    pinned: false,
  }
}

const attempt: JournalAttempt = {
  id: 'a',
  gen: 1,
  ref: `repo@${digest('b')}`,
  target: digest('b'),
  accept: [digest('b')],
  from: { digest: digest('a'), id: 'default/a.0' },
  via: 'stage',
  stagedDeployment: 'default/b.0',
  bootKey: 'boot-1:0',
  phase: 'rebooting',
  healthTimeoutSec: 60,
  onUnhealthy: 'rollback',
}

function verdict(
  host: Partial<HostStatus>,
  change: Partial<JournalAttempt> = {},
  facts: Partial<BootFacts> = {},
): string | undefined {
  const status = { ...unknownHost, kind: 'bootc', backend: 'ostree', ...host } as const
  return classifyBoot({ attempt: { ...attempt, ...change }, host: status, ranInTarget: false, ...facts })?.outcome
}

const inTarget = { booted: deployment('b'), rollback: deployment('a') }
const onFrom = { booted: deployment('a') }
const leftTarget = { booted: deployment('a'), rollback: deployment('b') }

describe('a new boot', () => {
  it.each([
    ['of the target', verdict(inTarget), 'booted_target'],
    ['of the target without a grant', verdict(inTarget, { phase: 'staged' }), 'booted_target'],
    [
      'of the target by an accepted digest',
      verdict({ booted: deployment('c') }, { accept: [digest('b'), digest('c')] }),
      'booted_target',
    ],
    [
      'of the target by its pinned reference',
      verdict({ booted: { ...deployment('d'), ref: `repo@${digest('b')}` } }),
      'booted_target',
    ],
    [
      'of the origin after a finalisation that failed',
      verdict(onFrom, {}, { finalizeFailure: 'no space' }),
      'finalize_failed',
    ],
    ['of the origin with no trace of the target', verdict(onFrom), 'never_finalized'],
    ['of the origin with the target left behind', verdict(leftTarget), 'rolled_back'],
    [
      'of the origin with the target left behind and queued',
      verdict({ ...leftTarget, rollbackQueued: true }),
      'rolled_back',
    ],
    [
      'of the origin with the target among the others',
      verdict({ ...onFrom, others: [deployment('b')] }),
      'rolled_back',
    ],
    ['of the origin after the agent ran in the target', verdict(onFrom, {}, { ranInTarget: true }), 'rolled_back'],
    ['of the origin after the decision to roll back', verdict(onFrom, { phase: 'rolling_back' }), 'rolled_back'],
    ['of the origin while the target was verified', verdict(leftTarget, { phase: 'verifying' }), 'rolled_back'],
    [
      'of the origin after the target was found healthy',
      verdict(leftTarget, { phase: 'done', outcome: 'booted_target' }),
      'rolled_back',
    ],
    [
      'of the origin after a finalisation that failed, with an older deployment of the target beside it',
      verdict(leftTarget, {}, { finalizeFailure: 'no space' }),
      'finalize_failed',
    ],
    [
      'of the origin after a finalisation that was cut off',
      verdict(onFrom, {}, { finalizeBegan: true }),
      'never_finalized',
    ],
    [
      'of the kernel with the target left behind and queued',
      verdict({ ...leftTarget, rollbackQueued: true }, {}, { isSoft: false }),
      'rolled_back',
    ],
    ['of userspace into the target', verdict(inTarget, {}, { isSoft: true }), 'booted_target'],
    ['of userspace with the target left behind for good', verdict(leftTarget, {}, { isSoft: true }), 'rolled_back'],
    ['of neither', verdict({ booted: deployment('f') }), 'diverged'],
    ['of nothing that bootc knows', verdict({}), 'diverged'],
  ])('%s is told from the others', (_case, outcome, expected) => {
    expect(outcome).toBe(expected)
  })

  it.each([
    ['an ordinary reboot with a locked stage', verdict(onFrom, { phase: 'staged' })],
    [
      'a restart of userspace that left the target to the next reboot',
      verdict({ ...leftTarget, rollbackQueued: true }, {}, { isSoft: true }),
    ],
    ['an ordinary reboot during staging', verdict(onFrom, { phase: 'staging' })],
    ['another boot of the target that is verified', verdict(inTarget, { phase: 'verifying' })],
    ['another boot of the target that was healthy', verdict(inTarget, { phase: 'done', outcome: 'booted_target' })],
    ['a boot of the target that should be left', verdict(inTarget, { phase: 'rolling_back' })],
    ['a boot long after the attempt failed', verdict(leftTarget, { phase: 'done', outcome: 'rolled_back' })],
    [
      'another image long after the attempt',
      verdict({ booted: deployment('f') }, { phase: 'done', outcome: 'booted_target' }),
    ],
  ])('%s decides nothing', (_case, outcome) => {
    expect(outcome).toBeUndefined()
  })
})

describe('the same digest deployed twice', () => {
  const again = { target: digest('a'), accept: [digest('a')], stagedDeployment: 'default/a.1' }

  it('is told apart by deployment', () => {
    expect(verdict({ booted: deployment('a', 1), rollback: deployment('a') }, again)).toBe('booted_target')
    expect(verdict({ booted: deployment('a') }, again)).toBe('never_finalized')
    expect(verdict({ booted: deployment('a'), rollback: deployment('a', 1) }, again)).toBe('rolled_back')
  })

  it('in the rollback slot before the attempt proves nothing against it', () => {
    expect(
      verdict({ booted: deployment('a'), rollback: deployment('b', 0) }, { stagedDeployment: 'default/b.1' }),
    ).toBe('never_finalized')
  })
})

describe('going back by the rollback slot', () => {
  it('was tried only once the slot was queued', () => {
    const slot = { via: 'slot', stagedDeployment: 'default/b.0' } as const
    expect(verdict(leftTarget, { ...slot, queued: true })).toBe('rolled_back')
    expect(verdict(leftTarget, slot)).toBe('never_finalized')
    expect(verdict(inTarget, { ...slot, queued: true })).toBe('booted_target')
  })
})
