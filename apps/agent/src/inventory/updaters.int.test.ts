import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hideStaging } from './updaters.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'updaters-'))
  await mkdir(join(root, 'run'))
})
afterEach(() => rm(root, { recursive: true }))

it.each([
  ['mask', 'bootc: Reboot required for image: sha256:abc\n', false],
  ['disable', 'bootc: Reboot required for image: sha256:abc\n', true],
  ['keep', 'bootc: Reboot required for image: sha256:abc\n', true],
  ['mask', '*** System restart required ***\n', true],
  ['mask', '', true],
] as const)('with %s the wish for a reboot %j stays: %s', async (mode, said, stays) => {
  const file = join(root, 'run/reboot-required')
  await writeFile(file, said)
  await hideStaging(root, mode)
  expect(existsSync(file)).toBe(stays)
  await rm(file, { force: true })
  await expect(hideStaging(root, mode)).resolves.toBeUndefined()
})
