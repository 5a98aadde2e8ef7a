import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBootLog } from '../journal/boot-log.ts'
import { directoryStore } from './directory-store.ts'
import { isDiskFull } from './durable-file.ts'
import { nextEpoch } from './epoch.ts'
import { readJson } from './store.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bf-store-'))
})
afterAll(() => rm(directory, { recursive: true }))

const state = () => directoryStore(directory)

it('a directory in the place of a file is named, with what to do, whoever reads or writes it', async () => {
  await mkdir(join(directory, 'desired.json'))
  const named = new RegExp(
    `^${directory}/desired.json cannot be .*EISDIR: .*: put the file back, or remove what lies there`,
  )
  await expect(state().read('desired.json')).rejects.toThrow(named)
  await expect(state().write('desired.json', '{}\n')).rejects.toThrow(named)
  expect(await readJson(state(), 'desired.json')).toBeUndefined()
})

it('a full disk is still known by its code', async () => {
  await symlink('/dev/full', join(directory, 'journal.json.new'))
  const refused = await state()
    .write('journal.json', '{}\n')
    .catch((error: unknown) => error)
  expect(refused).toMatchObject({
    message: expect.stringMatching(/journal.json cannot be written: ENOSPC.*: make room/) as string,
  })
  expect(isDiskFull(refused)).toBe(true)
})

it('a file that is larger than any that the agent writes is not read into memory', async () => {
  await writeFile(join(directory, 'identity.json'), '')
  await truncate(join(directory, 'identity.json'), 600 * 1024 ** 2)
  await expect(state().read('identity.json')).rejects.toThrow(
    /identity.json cannot be read: it is larger than 4 MiB: put the file back/,
  )
})

it('a pipe in the place of a file holds nobody up', async () => {
  execFileSync('mkfifo', [join(directory, 'key.csr')])
  expect(await state().read('key.csr')).toBe('')
})

it('boots that cannot be read are begun anew, and their file gives its room back', async () => {
  await writeFile(join(directory, 'boots.jsonl'), '')
  await truncate(join(directory, 'boots.jsonl'), 200 * 1024 ** 2)
  expect((await openBootLog(state())).entries()).toEqual([])
  expect(await state().read('boots.jsonl')).toBe('')
})

it('starts of the agent that cannot be read are counted anew', async () => {
  await writeFile(join(directory, 'epoch'), '')
  await truncate(join(directory, 'epoch'), 200 * 1024 ** 2)
  expect(await nextEpoch(state())).toBe(1)
})
