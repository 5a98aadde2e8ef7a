import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeImage } from './fake-image.ts'
import { FakeMachine } from './fake-machine.ts'
import type { BootBehaviour } from './machine-state.ts'
import { bootc, digestIn, digestOf, hostStatus, installed, pinned, repository, update } from './test-support.ts'

const bootedImage = { image: `${repository}:stable`, content: installed }

async function stagedMachine(boot?: BootBehaviour) {
  const image = boot === undefined ? update : fakeImage(boot, { boot })
  const machine = await FakeMachine.create({
    bootedImage,
    images: { [`${repository}:v2`]: image },
    softRebootCapable: true,
  })
  await bootc(machine, 'switch', pinned(image))
  return { machine, digest: digestOf(image) }
}

const bootId = (machine: FakeMachine) => readFileSync(join(machine.root, 'proc/boot_id'), 'utf8')

describe('booting a fake machine', () => {
  test('an image that does not boot makes the bootloader fall back, and stays queued', async () => {
    const { machine, digest } = await stagedMachine('fail-boot')
    await using _ = machine
    await machine.reboot()
    const { booted, rollback, rollbackQueued } = await hostStatus(machine)
    expect([digestIn(booted), digestIn(rollback), rollbackQueued]).toEqual([digestOf(installed), digest, true])
    expect(machine.state().boots.map((boot) => [boot.digest, boot.outcome])).toEqual([
      [digestOf(installed), 'ended'],
      [digest, 'failed'],
      [digestOf(installed), 'running'],
    ])
    const boots = JSON.parse((await machine.run('journalctl', '--list-boots', '-o', 'json')).stdout) as unknown[]
    expect(boots).toHaveLength(3)
  })

  test('the labels of an image can be overruled for one machine', async () => {
    const { machine, digest } = await stagedMachine('fail-boot')
    await using _ = machine
    machine.pinBehaviour(digest, 'ok')
    await machine.reboot()
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digest)
  })

  test('an unhealthy image boots with a failed unit', async () => {
    const { machine, digest } = await stagedMachine('unhealthy')
    await using _ = machine
    expect((await machine.run('systemctl', 'is-failed', 'os-workload')).code).toBe(1)
    await machine.reboot()
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digest)
    expect(await machine.run('systemctl', 'is-failed', 'os-workload.service')).toMatchObject({
      code: 0,
      stdout: 'failed\n',
    })
    const failed = await machine.run('systemctl', 'list-units', '--failed', '--output=json')
    expect(JSON.parse(failed.stdout)).toMatchObject([{ unit: 'os-workload.service', active: 'failed' }])
    expect((await machine.run('systemctl', 'is-system-running')).stdout).toBe('degraded\n')
  })

  test('a health checker that gives up leaves the failed image in the rollback slot, not queued', async () => {
    const { machine, digest } = await stagedMachine('unhealthy')
    await using _ = machine
    await machine.reboot()
    await machine.healthRollback(2)
    const { booted, rollback, rollbackQueued } = await hostStatus(machine)
    expect([digestIn(booted), digestIn(rollback), rollbackQueued]).toEqual([digestOf(installed), digest, false])
    expect(machine.state().boots.filter((boot) => boot.digest === digest)).toHaveLength(3)
  })

  test('a slow image is up when it is released, one that never returns stays off', async () => {
    const slow = await stagedMachine('slow')
    await using _slow = slow.machine
    await slow.machine.reboot()
    expect(slow.machine.state().power).toBe('booting')
    slow.machine.release()
    expect(slow.machine.state().power).toBe('on')
    const lost = await stagedMachine('never-returns')
    await using _lost = lost.machine
    await lost.machine.reboot()
    expect(lost.machine.state().power).toBe('off')
  })

  test('a finalize that fails boots the old image and is told by ostree-boot-complete, once', async () => {
    const { machine } = await stagedMachine()
    await using _ = machine
    machine.failFinalize('mkdir(boot/loader.0): Operation not permitted')
    await machine.reboot()
    const { booted, staged, rollback } = await hostStatus(machine)
    expect({ booted: digestIn(booted), staged, rollback }).toEqual({
      booted: digestOf(installed),
      staged: null,
      rollback: null,
    })
    const text =
      'error: ostree-finalize-staged.service failed on previous boot: mkdir(boot/loader.0): Operation not permitted'
    expect((await machine.run('systemctl', 'status', 'ostree-boot-complete')).stdout).toContain(text)
    expect((await machine.run('journalctl', '-b', '-u', 'ostree-boot-complete', '-o', 'cat')).stdout).toContain(text)
    const previous = await machine.run('journalctl', '-b', '-1', '-u', 'ostree-finalize-staged.service', '-o', 'cat')
    expect(previous.stdout).toContain('error: mkdir(boot/loader.0): Operation not permitted')
    await machine.reboot()
    expect((await machine.run('systemctl', 'is-failed', 'ostree-boot-complete')).code).toBe(1)
  })

  test('a power cut while finalizing leaves its first line in the journal, and no note', async () => {
    const { machine } = await stagedMachine()
    await using _ = machine
    await machine.powerCutInFinalize()
    const { booted, staged, rollback } = await hostStatus(machine)
    expect([digestIn(booted), staged, rollback]).toEqual([digestOf(installed), null, null])
    const previous = await machine.run('journalctl', '-b', '-1', '-u', 'ostree-finalize-staged.service', '-o', 'cat')
    expect(previous.stdout).toBe('Finalizing staged deployment\n')
    expect((await machine.run('systemctl', 'is-failed', 'ostree-boot-complete')).stdout).toBe('active\n')
  })

  test('a prepared soft reboot boots the new image under the same boot id and keeps /run', async () => {
    const { machine, digest } = await stagedMachine()
    await using _ = machine
    const before = bootId(machine)
    await bootc(machine, 'upgrade', '--soft-reboot=required')
    await machine.run('systemctl', 'reboot')
    await machine.reboot()
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digest)
    expect(bootId(machine)).toBe(before)
    expect((await machine.run('systemctl', 'show', '-p', 'SoftRebootsCount', '--value')).stdout).toBe('1\n')
    expect(readFileSync(join(machine.root, 'run/reboot-required'), 'utf8')).toContain(digest)
  })

  test('a bare soft reboot finalizes what is staged and keeps running the old image', async () => {
    const { machine, digest } = await stagedMachine()
    await using _ = machine
    await machine.softReboot()
    const { booted, rollback, rollbackQueued } = await hostStatus(machine)
    expect([digestIn(booted), digestIn(rollback), rollbackQueued]).toEqual([digestOf(installed), digest, true])
  })

  test('a reboot forgets transient state and keeps what is in /var', async () => {
    const { machine } = await stagedMachine()
    await using _ = machine
    await bootc(machine, 'usr-overlay')
    const { BOOTFLEET_STATE_DIR: dir = '' } = machine.env()
    await machine.run('touch', join(dir, 'kept'))
    await machine.run('touch', join(machine.env()['BOOTFLEET_RUN_DIR'] ?? '', 'lost'))
    await machine.reboot()
    expect((await machine.run('ls', dir)).stdout).toBe('kept\n')
    expect((await machine.run('ls', join(machine.root, 'run/bootfleet'))).stdout).toBe('')
    expect(machine.state().usrOverlay).toBeNull()
  })
})
