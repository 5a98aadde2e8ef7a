import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepDemoPort } from './demo.ts'

let folder: string
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), 'bootfleet-demo-port-')), 'demo')))
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

test('the port of the images stays what it was', async () => {
  const port = await keepDemoPort(folder, [])
  expect(port).toBeGreaterThan(0)
  expect(await keepDemoPort(folder, [])).toBe(port)
})

test('a port that a part of bootfleet is about to listen on is not taken', async () => {
  expect(await keepDemoPort(folder, [3002, 3003])).not.toBe(3002)
})
