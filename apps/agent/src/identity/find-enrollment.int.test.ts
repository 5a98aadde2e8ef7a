import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendLogTo, type LogFields } from '../log.ts'
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

it('a document that is none is named with what is wrong with it, and is not called missing', async () => {
  const logged: [string, LogFields][] = []
  const file = join(root, 'wrong')
  const find = async (text: string) => {
    logged.length = 0
    await writeFile(file, text)
    return findEnrollment([file], join(root, 'none'))
  }
  const before = sendLogTo((event, fields) => logged.push([event, fields]))
  try {
    expect(await find(JSON.stringify({ ...document('upper'), caSha256: 'AB'.repeat(32) }))).toBeDefined()
    await find(JSON.stringify({ ...document('short'), caSha256: 'ab' }))
    expect(logged).toMatchObject([
      ['enroll_document_invalid', { where: file, detail: 'caSha256: must be 64 hex digits' }],
    ])
    await find('no document')
    expect(logged).toMatchObject([['enroll_document_invalid', { detail: 'it is no JSON' }]])
  } finally {
    sendLogTo(before)
  }
})
