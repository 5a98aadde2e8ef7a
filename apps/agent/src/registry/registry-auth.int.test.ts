import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import { applyRegistryAuth } from './registry-auth.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bf-auth-'))
})
afterEach(() => rm(root, { recursive: true }))

const login = (password: string) => ({
  auths: { 'registry.test': { auth: Buffer.from(`u:${password}`).toString('base64') } },
})
const file = () => join(root, 'run/ostree/auth.json')
const present = () => readFile(file(), 'utf8').catch(() => undefined)

it('logins are written for root alone, replaced, and removed when they are taken back', async () => {
  const places = { root, run: memoryStore() }
  await applyRegistryAuth(places, null)
  expect(await present()).toBeUndefined()
  await applyRegistryAuth(places, login('one'))
  expect(JSON.parse((await present()) ?? '')).toEqual(login('one'))
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  await applyRegistryAuth(places, login('two'))
  expect(JSON.parse((await present()) ?? '')).toEqual(login('two'))
  await applyRegistryAuth(places, null)
  expect(await present()).toBeUndefined()
})

it('a file that somebody else put there is left alone', async () => {
  const places = { root, run: memoryStore() }
  await mkdir(join(root, 'run/ostree'), { recursive: true })
  await writeFile(file(), '{"auths":{}}')
  await applyRegistryAuth(places, login('one'))
  await applyRegistryAuth(places, null)
  expect(await present()).toBe('{"auths":{}}')
})
