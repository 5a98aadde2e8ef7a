import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from './lock.ts'

let folder: string
let path: string
const supervisor = 'node apps/supervisor/start.mjs'
/** A machine on which the given processes run. */
const machine = (processes: Record<number, string>) => ({ commandOf: (pid: number) => processes[pid] })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootfleet-lock-'))
  path = join(folder, 'supervisor.pid')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the first supervisor of a folder gets it, and leaves nothing behind', async () => {
  const lock = await takeLock(path, { pid: 100, ...machine({}) })
  expect(lock.tookOver).toBe(false)
  expect(await readFile(path, 'utf8')).toBe('100\n')
  await lock.release()
  expect(await readdir(folder)).toEqual([])
})

test('a second one is refused in one line that names the process and the folder', async () => {
  await takeLock(path, { pid: 100, ...machine({}) })
  const second = takeLock(path, { pid: 200, ...machine({ 100: supervisor }) })
  await expect(second).rejects.toThrow(`bootfleet already runs on ${folder} (process 100). Stop it first (kill 100)`)
  expect(await readFile(path, 'utf8')).toBe('100\n')
})

test.each([
  { holder: 'that is gone', content: '100\n', processes: {} },
  { holder: 'whose id belongs to another program now', content: '100\n', processes: { 100: '/usr/sbin/cron' } },
  { holder: 'that nobody can name', content: 'not a number', processes: {} },
])('the lock of a supervisor $holder is taken over', async ({ content, processes }) => {
  await writeFile(path, content)
  const lock = await takeLock(path, { pid: 200, ...machine(processes) })
  expect(lock.tookOver).toBe(true)
  expect(await readFile(path, 'utf8')).toBe('200\n')
  expect(await readdir(folder)).toEqual(['supervisor.pid'])
})

test('of many that find a stale lock at once, one gets it', async () => {
  await writeFile(path, '100\n')
  const pids = Array.from({ length: 10 }, (_, index) => 200 + index)
  const processes = Object.fromEntries(pids.map((pid) => [pid, supervisor]))
  const results = await Promise.allSettled(pids.map((pid) => takeLock(path, { pid, ...machine(processes) })))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a lock that somebody else has by now is not released', async () => {
  const lock = await takeLock(path, { pid: 100, ...machine({}) })
  await writeFile(path, '200\n')
  await lock.release()
  expect(await readFile(path, 'utf8')).toBe('200\n')
})
