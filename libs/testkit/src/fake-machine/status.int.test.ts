import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeImage } from './fake-image.ts'
import { FakeMachine } from './fake-machine.ts'
import {
  bootc,
  digestIn,
  digestOf,
  type HostDocument,
  hostStatus,
  pinned,
  repository,
  schemaErrors,
  update,
} from './test-support.ts'

const images = { [`${repository}:v2`]: update }
const third = fakeImage('third')

describe('bootc status of a fake machine', () => {
  test('is canonical JSON without a newline that the schema of bootc accepts, in every situation', async () => {
    await using machine = await FakeMachine.create({ images })
    const documents = [await bootc(machine, 'status', '--json')]
    await bootc(machine, 'switch', pinned(update))
    documents.push(await bootc(machine, 'status', '--format=json', '--format-version=1'))
    await machine.reboot()
    documents.push(await bootc(machine, 'status', '--format', 'json'))
    machine.layerPackages()
    documents.push(await bootc(machine, 'status', '--json'))
    machine.change((state) => {
      state.host = 'none'
    })
    documents.push(await bootc(machine, 'status', '--json'))
    for (const text of documents) {
      expect(text).toMatch(/^\{"apiVersion":.*\}$/)
      expect(schemaErrors('host-v1', JSON.parse(text))).toEqual([])
    }
    expect(documents.at(-1)).toContain('"booted":null')
  })

  // The schema is that of 1.16.9, and demands of the composefs back end what older ones did not have yet.
  test.each([
    ['1.7', ['ostree']],
    ['1.12', ['ostree']],
    ['1.16.9', ['ostree', 'composefs']],
    ['next', ['ostree', 'composefs']],
  ] as const)(
    'of bootc %s is valid by the schema of bootc, on %o, with everything that there can be',
    async (version, backends) => {
      for (const backend of backends) {
        await using machine = await FakeMachine.create({ images, version, backend })
        await bootc(machine, 'switch', pinned(update))
        await machine.reboot()
        machine.publish(`${repository}:v3`, third)
        await bootc(machine, 'switch', `${repository}:v3`)
        machine.change((state) => {
          state.usrOverlay = { accessMode: 'readWrite', persistence: 'persistent' }
          for (const deployment of state.deployments) deployment.pinned = true
          state.stagedLocked = true
        })
        const document = await machine.status()
        expect(schemaErrors('host-v1', document)).toEqual([])
        expect(document).toMatchObject({ status: { staged: {}, booted: {}, rollback: {}, type: 'bootcHost' } })
      }
    },
  )

  test('names the manifest of the architecture, never the index', async () => {
    await using machine = await FakeMachine.create({ images, architecture: 'arm64' })
    await bootc(machine, 'switch', `${repository}:v2`)
    const { staged } = await hostStatus(machine)
    expect(digestIn(staged)).toBe(update.manifests['arm64']?.digest)
    expect(digestIn(staged)).not.toBe(update.indexDigest)
    expect(staged?.image?.architecture).toBe('arm64')
  })

  test('hides the image of a machine with layered packages', async () => {
    await using machine = await FakeMachine.create({ images })
    machine.layerPackages()
    const document = (await machine.status()) as unknown as HostDocument
    expect(document.spec.image).toBeNull()
    expect(document.status.booted).toMatchObject({ image: null, incompatible: true })
    const { code, stderr } = await machine.run('bootc', 'upgrade')
    expect(code).toBe(1)
    expect(stderr).toContain('local rpm-ostree modifications')
  })

  test('is YAML without a terminal, and nulls staged and rollback with --booted', async () => {
    await using machine = await FakeMachine.create({ images })
    await bootc(machine, 'switch', pinned(update))
    const text = await bootc(machine, 'status')
    expect(text).toContain('\nkind: BootcHost\n')
    expect(text).toContain(`imageDigest: ${digestOf(update)}\n`)
    const booted = JSON.parse(await bootc(machine, 'status', '--json', '--booted')) as HostDocument
    expect(booted.status.staged).toBeNull()
  })

  test.each([
    ['1.1.4', { architecture: false, softRebootCapable: false, downloadOnly: false, readOnly: false }],
    ['1.7', { architecture: true, softRebootCapable: true, downloadOnly: false, readOnly: false }],
    ['1.12', { architecture: true, softRebootCapable: true, downloadOnly: true, readOnly: false }],
    ['1.16.9', { architecture: true, softRebootCapable: true, downloadOnly: true, readOnly: true }],
  ])('of bootc %s has the keys of that release', async (version, keys) => {
    await using machine = await FakeMachine.create({ version })
    const text = await bootc(machine, 'status', '--json')
    const found = Object.fromEntries(Object.keys(keys).map((key) => [key, text.includes(`"${key}":`)]))
    expect(found).toEqual(keys)
  })

  test.each([
    ['1.1.4', { upgrade: false, switch: false, soft: false }],
    ['1.7', { upgrade: false, switch: false, soft: true }],
    ['1.12', { upgrade: true, switch: false, soft: true }],
    ['next', { upgrade: true, switch: true, soft: true }],
  ])('and the help of bootc %s has the flags of that release', async (version, flags) => {
    await using machine = await FakeMachine.create({ version })
    const upgrade = await bootc(machine, 'upgrade', '--help')
    const change = await bootc(machine, 'switch', '--help')
    expect({
      upgrade: upgrade.includes('--download-only'),
      switch: change.includes('--download-only'),
      soft: change.includes('--soft-reboot'),
    }).toEqual(flags)
    expect(upgrade).not.toContain('--progress-fd')
  })

  test('wrong usage exits with 2 and the text of clap, failures with 1', async () => {
    await using machine = await FakeMachine.create({ version: '1.7' })
    const unknown = await machine.run('bootc', 'upgrade', '--download-only')
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain("error: unexpected argument '--download-only' found\n\nUsage: bootc upgrade")
    expect(await machine.run('bootc', 'undeploy')).toMatchObject({ code: 2 })
    expect(await machine.run('bootc', 'upgrade', '--check', '--apply')).toMatchObject({ code: 2 })
    expect(await machine.run('bootc', 'status', '--format-version=2')).toMatchObject({
      code: 1,
      stderr: 'error: Status: Unsupported format version: 2\n',
    })
    expect((await machine.run('bootc', '--version')).stdout).toBe('bootc 1.7.0\n')
  })

  test('fails as told: broken JSON, a failing status, a corrupt repository', async () => {
    await using machine = await FakeMachine.create()
    machine.inject({ kind: 'invalid-json', times: 1 })
    const broken = await machine.run('bootc', 'status', '--json')
    expect(broken.code).toBe(0)
    expect(() => JSON.parse(broken.stdout) as unknown).toThrow()
    machine.inject({ kind: 'corrupt-repo' })
    for (const verb of ['status', 'upgrade', 'rollback']) {
      const { code, stderr } = await machine.run('bootc', verb)
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Missing base image ref') as string,
      })
    }
    machine.clearFaults()
    machine.inject({ kind: 'status-failure', message: 'no sysroot' })
    expect(await machine.run('bootc', 'status')).toMatchObject({ code: 1, stderr: 'error: Status: no sysroot\n' })
  })

  test('inside a container it is the null document, and verbs are refused', async () => {
    await using machine = await FakeMachine.create()
    machine.change((state) => {
      state.host = 'container'
    })
    expect(await hostStatus(machine)).toMatchObject({ booted: null, type: null })
    const { code, stderr } = await machine.run('bootc', 'upgrade')
    expect(code).toBe(1)
    expect(stderr).toContain('Detected container; this command requires a booted host system.')
  })

  test('of a plain ostree host has no image, and a switch brings the first one', async () => {
    await using machine = await FakeMachine.create({ images, bootedImage: null })
    expect(await hostStatus(machine)).toMatchObject({ booted: { image: null, incompatible: false }, type: null })
    expect((await machine.run('bootc', 'upgrade')).stderr).toContain('No image source specified')
    await bootc(machine, 'switch', pinned(update))
    await machine.reboot()
    expect(await hostStatus(machine)).toMatchObject({
      booted: { image: { imageDigest: digestOf(update) } },
      type: 'bootcHost',
    })
  })

  test('of a composefs host is valid, names no ostree deployment, and can have rollbackQueued inverted', async () => {
    await using machine = await FakeMachine.create({ images, backend: 'composefs' })
    await bootc(machine, 'switch', pinned(update))
    machine.change((state) => {
      state.invertedRollbackQueued = true
    })
    await machine.reboot()
    const document = await machine.status()
    expect(schemaErrors('host-v1', document)).toEqual([])
    expect(document).toMatchObject({
      status: { booted: { ostree: null, composefs: { bootType: 'Bls' } }, rollbackQueued: true },
    })
    const same = await machine.run('bootc', 'switch', `${repository}:v2`)
    expect(same).toMatchObject({ code: 1, stderr: expect.stringContaining('same verity') as string })
  })

  test('and edit changes the image or the boot order, not both', async () => {
    await using machine = await FakeMachine.create({ images })
    const file = join(machine.root, 'spec.json')
    const edit = (spec: object) => {
      writeFileSync(file, JSON.stringify({ spec }))
      return machine.run('bootc', 'edit', '-f', file)
    }
    const image = { image: pinned(update), transport: 'registry' }
    expect((await edit({ image, bootOrder: 'rollback' })).stderr).toContain('Invalid state transition')
    expect((await edit({ image, bootOrder: 'default' })).stdout).toContain('Queued for next boot')
    expect((await edit({ image, bootOrder: 'default' })).stdout).toBe('Edit cancelled, no changes made.\n')
  })
})
