import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { findEnrollment } from './find-enrollment.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bf-enroll-'))
})
afterAll(() => rm(root, { recursive: true }))

const document = (token: string) => ({
  url: 'https://fleet.test:8443',
  token: token.padEnd(20, '-'),
  caSha256: 'a'.repeat(64),
})

it('a credential comes before the files, these in their order, and the kernel command line last', async () => {
  const { enrollFiles } = readConfig({
    CREDENTIALS_DIRECTORY: '/run/cred',
    BOOTFLEET_STATE_DIR: '/var/s',
    BOOTFLEET_ROOT: '/r',
  })
  expect(enrollFiles).toEqual([
    '/run/cred/bootfleet.enroll',
    '/var/s/enroll.json',
    '/r/etc/bootfleet/enroll.json',
    '/r/usr/lib/bootfleet/enroll.json',
  ])
  const [first, second, commandLine] = ['first', 'second', 'cmdline'].map((name) => join(root, name))
  if (!first || !second || !commandLine) throw new Error('no paths')
  const find = async () => (await findEnrollment([first, second], commandLine))?.token.replaceAll('-', '')
  expect(await find()).toBeUndefined()
  const argument = Buffer.from(JSON.stringify(document('kernel'))).toString('base64url')
  await writeFile(commandLine, `root=UUID=a bootfleet.enroll=${argument} quiet\n`)
  expect(await find()).toBe('kernel')
  await writeFile(second, JSON.stringify(document('second')))
  expect(await find()).toBe('second')
  await writeFile(first, 'no document')
  expect(await find()).toBe('second')
  await writeFile(first, JSON.stringify(document('first')))
  expect(await find()).toBe('first')
})
