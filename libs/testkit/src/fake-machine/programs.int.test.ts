import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FakeMachine } from './fake-machine.ts'
import {
  bootc,
  digestIn,
  digestOf,
  hostStatus,
  pinned,
  repository,
  startProgram,
  until,
  update,
} from './test-support.ts'

const images = { [`${repository}:v2`]: update }
const timer = 'bootc-fetch-apply-updates.timer'

describe('systemctl of a fake machine', () => {
  test("reports and disables the distribution's own update timer, for good", async () => {
    await using machine = await FakeMachine.create()
    expect(await machine.run('systemctl', 'is-enabled', timer)).toMatchObject({ code: 0, stdout: 'enabled\n' })
    expect(await machine.run('systemctl', 'is-active', timer)).toMatchObject({ code: 0, stdout: 'active\n' })
    expect((await machine.run('systemctl', 'disable', '--now', timer)).code).toBe(0)
    await machine.reboot()
    expect(await machine.run('systemctl', 'is-enabled', timer)).toMatchObject({ code: 1, stdout: 'disabled\n' })
    expect(await machine.run('systemctl', 'is-active', timer)).toMatchObject({ code: 3, stdout: 'inactive\n' })
    expect(await machine.run('systemctl', 'is-enabled', 'zincati')).toMatchObject({ code: 4, stdout: 'not-found\n' })
  })

  test('shows properties of units and of the manager', async () => {
    await using machine = await FakeMachine.create()
    machine.failUnit('app.service', 'no database')
    const { stdout } = await machine.run('systemctl', 'show', 'app', '-p', 'ActiveState', '-p', 'Result')
    expect(stdout).toBe('ActiveState=failed\nResult=exit-code\n')
    const missing = await machine.run('systemctl', 'show', 'nothing', '--property=LoadState', '--value')
    expect(missing.stdout).toBe('not-found\n')
    const list = await machine.run('systemctl', 'list-units', '--state=failed', '--plain', '--no-legend')
    expect(list.stdout).toBe('app.service loaded failed failed \n')
    await machine.run('systemctl', 'reset-failed')
    expect((await machine.run('systemctl', 'is-failed', 'app')).code).toBe(1)
  })

  test('only asks for a reboot', async () => {
    await using machine = await FakeMachine.create()
    await machine.run('systemd-run', '--quiet', '--wait', '--', 'systemctl', 'reboot', '--message=by the test')
    expect(machine.state().rebootRequested).toMatchObject({ kind: 'reboot', message: 'by the test' })
    await machine.reboot()
    expect(machine.state().rebootRequested).toBeNull()
  })
})

describe('systemd-run of a fake machine', () => {
  const run = ['--wait', '--collect', '--quiet', '--unit', 'pull']

  test('waits, passes the exit code on, and sends the output to the journal', async () => {
    await using machine = await FakeMachine.create({ images })
    expect(await machine.run('systemd-run', ...run, 'bootc', 'switch', pinned(update))).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    expect(digestIn((await hostStatus(machine)).staged)).toBe(digestOf(update))
    expect((await machine.run('journalctl', '-u', 'pull', '-o', 'cat')).stdout).toContain('Queued for next boot')
    expect((await machine.run('systemd-run', ...run, 'sh', '-c', 'exit 7')).code).toBe(7)
    expect((await machine.run('systemd-run', ...run, '/nowhere/bootc')).code).toBe(203)
    expect((await machine.run('systemctl', 'is-active', 'pull')).code).toBe(4)
  })

  test('with --pipe the output is the caller’s, with StandardError=file: it is in the file', async () => {
    await using machine = await FakeMachine.create()
    const file = join(machine.root, 'run/error')
    const piped = await machine.run('systemd-run', ...run, '--pipe', 'sh', '-c', 'echo out; echo err >&2')
    expect(piped).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' })
    await machine.run('systemd-run', ...run, `-pStandardError=file:${file}`, 'sh', '-c', 'echo broken >&2')
    expect(readFileSync(file, 'utf8')).toBe('broken\n')
  })

  test('does not hand down the environment, except what is set', async () => {
    await using machine = await FakeMachine.create()
    const { stdout } = await machine.run('systemd-run', ...run, '--pipe', '-E', 'HTTPS_PROXY=http://proxy', 'env')
    expect(stdout).toContain('HTTPS_PROXY=http://proxy\n')
    expect(stdout).not.toContain('BOOTFLEET_')
  })

  test('a unit outlives its caller, and systemctl stop ends it', async () => {
    await using machine = await FakeMachine.create({ images })
    machine.inject({ kind: 'hang', at: 'layer' })
    const caller = startProgram(machine, 'systemd-run', ...run, 'bootc', 'switch', pinned(update))
    await until('the pull', () => machine.journal().some(({ MESSAGE }) => MESSAGE?.startsWith('Pulling')))
    caller.child.kill('SIGKILL')
    await caller.exit
    expect((await machine.run('systemctl', 'is-active', 'pull')).stdout).toBe('active\n')
    const second = await machine.run('systemd-run', ...run, 'true')
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('already loaded') as string })
    await machine.run('systemctl', 'stop', 'pull')
    expect((await machine.run('systemctl', 'is-active', 'pull')).code).toBe(4)
    machine.clearFaults()
    expect((await hostStatus(machine)).staged).toBeNull()
  })

  test('a failed unit without --collect blocks its name until it is reset', async () => {
    await using machine = await FakeMachine.create()
    expect((await machine.run('systemd-run', '--wait', '-q', '-u', 'pull', 'false')).code).toBe(1)
    expect((await machine.run('systemctl', 'is-failed', 'pull')).code).toBe(0)
    expect((await machine.run('systemd-run', '--wait', '-q', '-u', 'pull', 'true')).code).toBe(1)
    await machine.run('systemctl', 'reset-failed', 'pull')
    expect((await machine.run('systemd-run', '--wait', '-q', '-u', 'pull', 'true')).code).toBe(0)
  })

  test('RuntimeMaxSec ends a unit that takes too long', async () => {
    await using machine = await FakeMachine.create()
    const { code, stderr } = await machine.run(
      'systemd-run',
      '--wait',
      '--collect',
      '-p',
      'RuntimeMaxSec=1',
      'sleep',
      '600',
    )
    expect(code).toBe(1)
    expect(stderr).toContain('Finished with result: timeout')
  })
})

describe('the other programs of a fake machine', () => {
  test('journalctl finds the entries of bootc by their own message id', async () => {
    await using machine = await FakeMachine.create({ images })
    await bootc(machine, 'switch', pinned(update))
    const { stdout } = await machine.run('journalctl', '-o', 'json', 'F_MESSAGE_ID=8f7a2b1c3d4e5f6a7b8c9d0e1f2a3b4c')
    expect(JSON.parse(stdout)).toMatchObject({ F_BOOTC_MANIFEST_DIGEST: digestOf(update) })
    expect((await machine.run('journalctl', '-b', '-7')).code).toBe(1)
  })

  test('ostree locks, pins and removes deployments', async () => {
    await using machine = await FakeMachine.create({ images })
    await bootc(machine, 'switch', pinned(update))
    expect((await machine.run('ostree', 'admin', 'lock-finalization')).code).toBe(0)
    expect((await hostStatus(machine)).staged?.downloadOnly).toBe(true)
    await machine.run('ostree', 'admin', 'lock-finalization', '-u')
    await machine.reboot()
    await machine.run('ostree', 'admin', 'pin', '1')
    expect((await machine.run('ostree', 'admin', 'status')).stdout).toMatch(/^\* default [0-9a-f]{64}\.0\n {2}default/)
    expect((await machine.run('ostree', 'admin', 'undeploy', '0')).stderr).toContain('Cannot undeploy currently booted')
    expect((await machine.run('ostree', 'admin', 'undeploy', '1')).code).toBe(0)
    expect((await hostStatus(machine)).rollback).toBeNull()
  })

  test('rpm-ostree shows the image that bootc hides on a layered machine, and resets it', async () => {
    await using machine = await FakeMachine.create()
    machine.layerPackages()
    const { stdout } = await machine.run('rpm-ostree', 'status', '--json')
    const { deployments } = JSON.parse(stdout) as { deployments: Record<string, unknown>[] }
    expect(deployments[0]).toMatchObject({
      booted: true,
      packages: ['htop'],
      'container-image-reference': 'ostree-unverified-registry:registry.test/os/edge:stable',
    })
    await machine.run('rpm-ostree', 'reset')
    await machine.reboot()
    expect((await hostStatus(machine)).booted?.incompatible).toBe(false)
  })
})
