import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitFor } from '@bootfleet/testkit'
import { Child } from './child.ts'

let logs: string
let said: string[]
const children: Child[] = []
const pids: (number | undefined)[] = []

beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), 'bootfleet-child-'))
  said = []
  pids.length = 0
})
afterEach(async () => {
  for (const child of children.splice(0)) await child.stop()
  await rm(logs, { recursive: true, force: true })
})

function start(script: string, drainMs = 10_000): Child {
  const events = {
    logs,
    say: (line: string) => said.push(line),
    onProcess: (_: string, pid?: number) => pids.push(pid),
  }
  const spec = {
    name: 'part',
    command: process.execPath,
    args: ['-e', script],
    stopSignal: 'SIGTERM',
    drainMs,
  } as const
  const child = new Child(spec, events)
  children.push(child)
  return child
}

test('its output goes to its log, also the last line without an end', async () => {
  const child = start("process.stdout.write('one\\ntwo'); setInterval(() => {}, 1000)")
  await waitFor('the first line', () => child.tail.includes('one'))
  await child.stop()
  expect(await readFile(join(logs, 'part.log'), 'utf8')).toBe('one\ntwo\n')
})

test('a child that ends by itself is started again, and one line says so', async () => {
  start('process.exit(3)')
  await waitFor('a second process', () => pids.filter((pid) => pid !== undefined).length >= 2)
  expect(said[0]).toMatch(/^part ended with code 3; starting it again in 0\.5 s\. Its log: .*part\.log$/)
})

test('a child that was stopped stays down', async () => {
  const child = start("console.log('up'); setInterval(() => {}, 1000)")
  await waitFor('it to run', () => child.tail.includes('up'))
  await child.stop()
  expect(pids.at(-1)).toBeUndefined()
  expect(said).toEqual([])
})

test('a child that does not end in time is killed', async () => {
  const child = start("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)", 50)
  await waitFor('it to run', () => child.tail.includes('up'))
  await child.stop()
  expect(said).toEqual(['part did not end in 0.05 s: killing it.'])
})

test('a program that is not there is reported like one that ended', async () => {
  const events = { logs, say: (line: string) => said.push(line), onProcess: () => {} }
  const spec = { name: 'part', command: join(logs, 'absent'), args: [], stopSignal: 'SIGTERM', drainMs: 10 } as const
  children.push(new Child(spec, events))
  await waitFor('the report', () => said[0]?.startsWith('part could not be started'))
})
