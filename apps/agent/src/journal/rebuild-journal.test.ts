import { describe, expect, it } from 'vitest'
import { deployment, desired, digest } from '../testing/a-view.ts'
import type { BootLogEntry } from './boot-log.ts'
import { emptyJournal } from './journal.ts'
import { rebuildJournal } from './rebuild-journal.ts'

const lost = { ...emptyJournal(), isLost: true }

function boot(bootKey: string, letter: string, change: Partial<BootLogEntry> = {}): BootLogEntry {
  const booted = { digest: digest(letter), deployment: `default/${letter}.0` }
  return { bootKey, booted, outcome: 'reboot', health: 'healthy', failed: [], final: true, seen: true, ...change }
}

const rebuilt = (booted: string, records: BootLogEntry[], wanted = desired()) =>
  rebuildJournal(lost, { records, desired: wanted, booted: deployment(booted), bootKey: 'now' })

describe('a journal that is lost', () => {
  it('had an attempt where the wanted image runs for the first time, to be judged by all that fails', () => {
    expect(rebuilt('b', [boot('1', 'a')]).attempt).toMatchObject({
      phase: 'rebooting',
      target: digest('b'),
      from: { digest: digest('a'), id: 'default/a.0' },
      failedUnits: [],
    })
    const unfinished = boot('now', 'b', { outcome: 'booted_target', health: 'unknown', final: false })
    expect(rebuilt('b', [boot('1', 'a'), unfinished]).attempt?.phase).toBe('rebooting')
  })

  it('had one where that image was booted and left', () => {
    const tried = boot('2', 'b', { outcome: 'booted_target', target: digest('b'), health: 'unknown' })
    expect(rebuilt('a', [boot('1', 'a'), tried]).attempt?.bootKey).toBe('1')
  })

  it('had none where the image was healthy before, never ran, or is not wanted, and where no boot is known', () => {
    expect(rebuilt('b', [boot('1', 'a'), boot('2', 'b')]).attempt).toBeNull()
    expect(rebuilt('a', [boot('1', 'a')]).attempt).toBeNull()
    expect(rebuilt('b', [boot('1', 'a')], desired({ apply: { phase: 'none' } })).attempt).toBeNull()
    expect(rebuilt('b', []).attempt).toBeNull()
  })

  it('had in quarantine what this machine fell back from, and was not healthy on later', () => {
    const fellBack = (bootKey: string, letter: string) =>
      boot(bootKey, 'a', { outcome: 'rolled_back', target: digest(letter) })
    const records = [fellBack('1', 'b'), fellBack('2', 'c'), boot('3', 'c')]
    expect(rebuilt('c', records).quarantined).toEqual([digest('b')])
  })
})
