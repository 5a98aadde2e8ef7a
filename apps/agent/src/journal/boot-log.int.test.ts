import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '@bootfleet/contracts'
import type { BootBody } from '@bootfleet/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directoryStore } from '../store/directory-store.ts'
import { openBootLog } from './boot-log.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'boot-log-'))
})
afterEach(() => rm(directory, { recursive: true }))

const target = `sha256:${'a'.repeat(64)}`
const boot = (at: number, more: Partial<BootBody> = {}): BootBody => ({
  bootKey: `boot-${at}`,
  booted: {},
  outcome: 'reboot',
  health: 'healthy',
  failed: [],
  ...more,
})
const open = () => openBootLog(directoryStore(directory))

describe('the boot log', () => {
  it('is changed by the loop and by hints of the server at once, and nothing of that is lost', async () => {
    const log = await open()
    await log.append(boot(0))
    for (let at = 1; at < 30; at += 1) {
      await Promise.all([log.append(boot(at)), log.markSeen([`boot-${at - 1}`]), log.conclude({ health: 'unhealthy' })])
    }
    const again = (await open()).entries()
    expect(again).toEqual(log.entries())
    expect(again.map(({ bootKey, seen }) => [bootKey, seen])).toEqual(
      Array.from({ length: 30 }, (_, at) => [`boot-${at}`, at < 29]),
    )
  })

  it('drops what was taken over first, then ordinary boots, and says how many of these', async () => {
    const log = await open()
    await log.append(boot(0, { target, outcome: 'rolled_back' }))
    for (let at = 1; at < limits.bootsKept; at += 1) await log.append(boot(at))
    await log.markSeen(['boot-3', 'boot-7'])
    for (const at of [100, 101]) await log.append(boot(at))
    const keys = () => log.entries().map(({ bootKey }) => bootKey)
    expect(keys()).not.toContain('boot-3')
    expect(log.entries().some(({ lostBefore }) => lostBefore !== undefined)).toBe(false)
    for (const at of [102, 103, 104]) await log.append(boot(at))
    expect(keys().slice(0, 2)).toEqual(['boot-0', 'boot-5'])
    expect((await open()).entries()[1]).toMatchObject({ bootKey: 'boot-5', lostBefore: 3 })
    expect(keys()).toHaveLength(limits.bootsKept)
  })

  it('goes on with the lines that can be read', async () => {
    const log = await open()
    for (const at of [1, 2, 3]) await log.append(boot(at))
    const file = join(directory, 'boots.jsonl')
    const lines = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, [lines[0], lines[1]?.slice(0, 20), '\u0000\u0000', lines[2]].join('\n'))
    const again = await open()
    expect(again.entries().map(({ bootKey }) => bootKey)).toEqual(['boot-1', 'boot-3'])
    await again.append(boot(4))
    expect((await open()).entries()).toHaveLength(3)
  })

  it('keeps in memory what finds no room on a full disk, and writes it with the next change', async () => {
    const store = directoryStore(directory)
    let isFull = false
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    const log = await openBootLog({
      ...store,
      write: (...file) => (isFull ? Promise.reject(full) : store.write(...file)),
    })
    await log.append(boot(1))
    isFull = true
    await expect(log.append(boot(2))).rejects.toThrow('no space')
    expect(log.entries()).toHaveLength(2)
    expect((await open()).entries()).toHaveLength(1)
    isFull = false
    await log.save()
    expect((await open()).entries()).toHaveLength(2)
  })
})
