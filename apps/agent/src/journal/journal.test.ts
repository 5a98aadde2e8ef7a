import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import { attempt, digest, journal } from '../testing/a-view.ts'
import { openBootLog } from './boot-log.ts'
import { emptyJournal, openJournal } from './journal.ts'

const opened = (documents: Record<string, string>, hasRun = true) => openJournal(memoryStore(documents), { hasRun })
const reopened = async (content: string) => (await opened({ 'journal.json': content })).current()
const whole = journal({ attempt: attempt({ queued: true, outcome: 'rolled_back' }), quarantined: [digest('b')] })

describe('the journal', () => {
  it('is read back as it was written', async () => {
    expect(await reopened(JSON.stringify(whole))).toEqual(whole)
  })

  it('of another version keeps what it does not know, and drops only the parts that it cannot understand', async () => {
    const newer = {
      ...whole,
      attempt: { ...whole.attempt, phase: 'teleporting' },
      opsDone: { reboot: 3 },
      more: { a: 1 },
    }
    expect(await reopened(JSON.stringify(newer))).toEqual({
      ...whole,
      attempt: null,
      opsDone: { reboot: 3 },
      more: { a: 1 },
    })
    const added = { ...whole, attempt: { ...whole.attempt, hooks: ['drain'] } }
    expect((await reopened(JSON.stringify(added))).attempt).toHaveProperty('hooks', ['drain'])
  })

  it.each(['', '{', 'null', '[]', '{"v":2}', '"1"'])(
    'that is no journal is read from its copy: %s',
    async (content) => {
      const { current, damage } = await opened({ 'journal.json': content, 'journal-copy.json': JSON.stringify(whole) })
      expect(current()).toEqual(whole)
      expect(damage).toContain('journal.json')
    },
  )

  it('whose copy is no journal either is begun anew, and known to be lost', async () => {
    const { current, damage } = await opened({ 'journal.json': '{', 'journal-copy.json': '' })
    expect([current(), damage]).toEqual([{ ...emptyJournal(), isLost: true }, expect.stringContaining('not whole')])
  })

  it('that is not there is new where there never was one, and lost where boots are known', async () => {
    expect((await opened({}, false)).current()).toEqual(emptyJournal())
    expect((await opened({}, true)).current().isLost).toBe(true)
  })

  it('is in both files when a change is on the disk, and in force only then', async () => {
    const store = memoryStore()
    const { write } = await openJournal(store, { hasRun: false })
    await write({ quarantined: [digest('b')] })
    expect(store.documents.get('journal-copy.json')).toEqual(store.documents.get('journal.json'))
    const full = { ...store, write: () => Promise.reject(new Error('no space')) }
    const stuck = await openJournal(full, { hasRun: true })
    await expect(stuck.write({ quarantined: [] })).rejects.toThrow('no space')
    expect(stuck.current().quarantined).toEqual([digest('b')])
  })

  it('with anything anywhere in it can be opened', async () => {
    const part = fc.constantFrom('bootKey', 'attempt', 'health', 'opsDone', 'quarantined', 'failedUnits')
    const damage = fc.tuple(part, fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(damage, async ([key, value]) => {
        const read = await reopened(JSON.stringify({ ...whole, [key]: value }))
        expect(Object.keys(read)).toEqual(expect.arrayContaining(Object.keys(emptyJournal())))
        if (key !== 'quarantined') expect(read.quarantined).toEqual([digest('b')])
      }),
    )
  })
})

describe('the boot log', () => {
  const boot = {
    bootKey: 'boot:0',
    booted: {},
    outcome: 'reboot',
    health: 'healthy',
    failed: [],
    final: true,
    seen: false,
  }

  it('passes over lines that a power cut left in pieces, and over what is no boot', async () => {
    const lines = [
      '{"bootKey":"cut',
      JSON.stringify(boot),
      'null',
      '{"bootKey":7}',
      JSON.stringify({ ...boot, outcome: '?' }),
    ]
    const log = await openBootLog(memoryStore({ 'boots.jsonl': lines.join('\n') }))
    expect(log.entries()).toEqual([boot])
  })
})
