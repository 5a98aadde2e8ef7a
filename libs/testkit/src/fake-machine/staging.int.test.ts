import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeImage } from './fake-image.ts'
import { FakeMachine } from './fake-machine.ts'
import { bootc, digestIn, digestOf, hostStatus, installed, pinned, repository, update } from './test-support.ts'

const images = { [`${repository}:stable`]: installed, [`${repository}:v2`]: update }
const bootedImage = { image: `${repository}:stable`, content: installed }
const machineWith = (options: object = {}) => FakeMachine.create({ images, bootedImage, ...options })

describe('staging on a fake machine', () => {
  test('a switch stages, tells others that a reboot is wanted, and a reboot applies it', async () => {
    await using machine = await machineWith()
    const stamp = join(machine.root, 'ostree/bootc')
    const before = statSync(stamp).mtimeMs
    const text = await bootc(machine, 'switch', pinned(update))
    expect(text).toContain('layers already present: 1; layers needed: 1')
    expect(text).toContain(
      `Queued for next boot: ${pinned(update)}\n  Version: update\n  Digest: ${digestOf(update)}\n`,
    )
    expect(statSync(stamp).mtimeMs).toBeGreaterThan(before)
    expect(readFileSync(join(machine.root, 'run/reboot-required'), 'utf8')).toBe(
      `bootc: Reboot required for image: ${digestOf(update)}\n`,
    )
    const oldBoot = readFileSync(join(machine.root, 'proc/boot_id'), 'utf8')
    await machine.reboot()
    const { booted, rollback, staged, rollbackQueued } = await hostStatus(machine)
    expect([digestIn(booted), digestIn(rollback)]).toEqual([digestOf(update), digestOf(installed)])
    expect({ staged, rollbackQueued }).toEqual({ staged: null, rollbackQueued: false })
    expect(readFileSync(join(machine.root, 'proc/boot_id'), 'utf8')).not.toBe(oldBoot)
    expect(existsSync(join(machine.root, 'run/reboot-required'))).toBe(false)
  })

  test('a switch to what is tracked already does nothing and succeeds, also when the tag moved', async () => {
    await using machine = await machineWith()
    machine.publish(`${repository}:stable`, update)
    expect(await bootc(machine, 'switch', `${repository}:stable`)).toBe('Image specification is unchanged.\n')
    expect((await hostStatus(machine)).staged).toBeNull()
    expect(await bootc(machine, 'upgrade')).toContain('Queued for next boot')
  })

  test('a moved tag with the same configuration is no change', async () => {
    await using machine = await machineWith()
    machine.publish(`${repository}:stable`, fakeImage('recompressed', { config: 'installed' }))
    expect(await bootc(machine, 'upgrade')).toBe('No update available.\n')
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digestOf(installed))
  })

  test('a pinned digest that is present needs no network, an index digest does', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(update))
    machine.inject({ kind: 'dns' })
    expect(await bootc(machine, 'upgrade', '--download-only')).toBe(
      'Image downloaded, but will not be applied on reboot\n',
    )
    machine.clearFaults()
    await bootc(machine, 'switch', `${repository}@${update.indexDigest}`)
    machine.inject({ kind: 'dns' })
    const { code, stderr } = await machine.run('bootc', 'upgrade')
    expect(code).toBe(1)
    expect(stderr).toContain('no such host')
  })

  test('a locked stage is dropped by a reboot, its layers stay', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(update))
    await bootc(machine, 'upgrade', '--download-only')
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(true)
    await machine.reboot()
    expect(await hostStatus(machine)).toMatchObject({ staged: null, rollback: null })
    expect((await machine.run('journalctl', '-b', '-1', '-o', 'cat')).stdout).toContain('locked for finalization')
    machine.inject({ kind: 'dns' })
    expect(await bootc(machine, 'switch', pinned(update))).not.toContain('layers needed')
  })

  test('a plain upgrade unlocks a locked stage', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(update))
    await bootc(machine, 'upgrade', '--download-only')
    expect(await bootc(machine, 'upgrade')).toBe('Staged deployment will now be applied on reboot\n')
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(false)
    expect(await bootc(machine, 'upgrade')).toBe('Staged update present, not changed\n')
  })

  test('--from-downloaded unlocks without network, and needs something staged', async () => {
    await using machine = await machineWith()
    const nothing = await machine.run('bootc', 'upgrade', '--from-downloaded')
    expect(nothing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: Upgrading: .*No staged deployment found\n$/) as string,
    })
    await bootc(machine, 'switch', pinned(update))
    await bootc(machine, 'upgrade', '--download-only')
    machine.inject({ kind: 'dns' })
    expect(await bootc(machine, 'upgrade', '--from-downloaded')).toBe(
      'Staged deployment will now be applied on reboot\n',
    )
    expect(await bootc(machine, 'upgrade', '--from-downloaded')).toBe(
      'Staged deployment is already set to apply on reboot\n',
    )
    await machine.reboot()
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digestOf(update))
  })

  test('the release after 1.16.9 stages locked by switch itself', async () => {
    await using machine = await machineWith({ version: 'next' })
    await bootc(machine, 'switch', '--download-only', pinned(update))
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(true)
    await bootc(machine, 'switch', '--from-downloaded', pinned(update))
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(false)
  })

  test('a power cut drops what is staged', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(update))
    await machine.powerCut()
    const { booted, staged, rollback } = await hostStatus(machine)
    expect({ booted: digestIn(booted), staged, rollback }).toEqual({
      booted: digestOf(installed),
      staged: null,
      rollback: null,
    })
  })

  test('--check tells by text and by cachedUpdate, with exit code 0 either way', async () => {
    await using machine = await machineWith()
    expect(await bootc(machine, 'upgrade', '--check')).toBe(`No changes in: ${repository}:stable\n`)
    machine.publish(`${repository}:stable`, update)
    expect(await bootc(machine, 'upgrade', '--check')).toContain(`Update available for: ${repository}:stable`)
    const { booted, staged } = await hostStatus(machine)
    expect(booted?.cachedUpdate?.imageDigest).toBe(digestOf(update))
    expect(staged).toBeNull()
  })

  test('a bound image that cannot be pulled fails the verb after the deployment is staged', async () => {
    await using machine = await machineWith()
    machine.inject({ kind: 'bound-image' })
    expect((await machine.run('bootc', 'switch', pinned(update))).code).toBe(1)
    expect(digestIn((await hostStatus(machine)).staged)).toBe(digestOf(update))
  })

  test('a merge of /etc that fails stages nothing', async () => {
    await using machine = await machineWith({ backend: 'composefs' })
    machine.inject({ kind: 'etc-conflict', times: 1 })
    expect((await machine.run('bootc', 'switch', pinned(update))).stderr).toContain('Merging /etc')
    expect((await hostStatus(machine)).staged).toBeNull()
  })

  test('ostree takes back what is staged, also when it is locked, and the next stage is not locked', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(update))
    await bootc(machine, 'upgrade', '--download-only')
    expect((await machine.run('ostree', 'admin', 'undeploy', '0')).code).toBe(0)
    expect((await hostStatus(machine)).staged).toBeNull()
    await bootc(machine, 'switch', pinned(update))
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(false)
    expect(machine.calls()).toEqual([`switch ${pinned(update)}`, 'upgrade --download-only', `switch ${pinned(update)}`])
  })

  test('composefs deletes what is staged by its verity, and nothing that is booted', async () => {
    await using machine = await machineWith({ backend: 'composefs' })
    await bootc(machine, 'switch', pinned(update))
    const { booted, staged } = await hostStatus(machine)
    const refused = await machine.run('bootc', 'delete-deployment', booted?.composefs?.verity ?? '')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('currently booted') as string })
    await bootc(machine, 'delete-deployment', staged?.composefs?.verity ?? '')
    expect(await hostStatus(machine)).toMatchObject({ staged: null, booted })
    await using other = await machineWith()
    expect((await other.run('bootc', 'delete-deployment', 'x')).stderr).toContain('only supported for composefs')
  })

  test('rollback toggles, and drops what is staged', async () => {
    await using machine = await machineWith()
    expect((await machine.run('bootc', 'rollback')).stderr).toContain('No rollback available')
    await bootc(machine, 'switch', pinned(update))
    await machine.reboot()
    await bootc(machine, 'switch', `${repository}:v2`)
    expect(await bootc(machine, 'rollback')).toBe('Next boot: rollback deployment\n')
    expect(await hostStatus(machine)).toMatchObject({ staged: null, rollbackQueued: true })
    expect(await bootc(machine, 'rollback')).toBe(
      'notice: Reverting queued rollback state\nNext boot: current deployment\n',
    )
    expect((await hostStatus(machine)).rollbackQueued).toBe(false)
    await bootc(machine, 'rollback')
    await machine.reboot()
    const { booted, rollback, rollbackQueued } = await hostStatus(machine)
    expect([digestIn(booted), digestIn(rollback), rollbackQueued]).toEqual([
      digestOf(installed),
      digestOf(update),
      false,
    ])
  })

  test('the same image deployed again has the same checksum and the next serial', async () => {
    await using machine = await machineWith()
    await bootc(machine, 'switch', pinned(installed))
    const { booted, staged } = await hostStatus(machine)
    expect(staged?.ostree.checksum).toBe(booted?.ostree.checksum)
    expect([booted?.ostree.deploySerial, staged?.ostree.deploySerial]).toEqual([0, 1])
  })

  test.each([
    [{ kind: 'no-space', at: 'preflight' }, /Insufficient free space for .* \(available: 0 bytes required: 8\.0.MB\)/],
    [{ kind: 'no-space', at: 'layer' }, /No space left on device/],
    [{ kind: 'auth' }, /unauthorized: authentication required/],
    [{ kind: 'not-found' }, /manifest unknown/],
    [{ kind: 'throttled' }, /toomanyrequests/],
    [{ kind: 'tls' }, /x509:/],
    [{ kind: 'policy' }, /Source image rejected/],
    [{ kind: 'network' }, /connection refused/],
    [{ kind: 'cut', afterLayers: 0 }, /unexpected EOF/],
  ] as const)('a failure of kind %o stages nothing and says why', async (fault, text) => {
    await using machine = await machineWith()
    machine.inject(fault)
    const { code, stderr } = await machine.run('bootc', 'switch', pinned(update))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: Switching: [^\n]+\n$/)
    expect(stderr).toMatch(text)
    expect((await hostStatus(machine)).staged).toBeNull()
  })

  test('an image without a manifest for the architecture is refused in the words of the real tool', async () => {
    await using machine = await machineWith({ architecture: 's390x', bootedImage: undefined })
    const { stderr } = await machine.run('bootc', 'switch', `${repository}:v2`)
    expect(stderr).toContain('no image found in image index for architecture "s390x"')
  })
})
