import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FakeMachine } from '@bootfleet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Journal } from './journal/journal.ts'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

async function putCheck(machine: FakeMachine, kind: string, script: string): Promise<void> {
  const directory = join(machine.root, 'etc/bootfleet/checks', kind)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '10-application'), `#!/bin/sh\n${script}\n`)
  await chmod(join(directory, '10-application'), 0o755)
}

const failsOn = (image: typeof update): string =>
  `if bootc status --booted --json | grep -q ${digestOf(image)}; then printf '\\033[31mno answer\\000 on port 8080\\n'; exit 1; fi`

async function startUpdate({ plane, agent: process }: Scene, apply: Record<string, unknown> = {}): Promise<void> {
  await process.waitFor(() => plane.state()?.health.status === 'healthy')
  const wish = staged(update)
  await plane.desire({ ...wish, apply: { ...wish.apply, ...apply } })
  await process.waitFor(() => plane.state()?.phase === 'staged')
  await plane.grant()
}

describe('after an update', () => {
  it('a required check of the machine that fails takes it back, and its output is reported', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await putCheck(machine, 'required.d', failsOn(update))
    await startUpdate(scene)
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()).toMatchObject({
      booted: { digest: digestOf(installed) },
      attempt: { detail: 'health_failed: 10-application: no answer on port 8080' },
      quarantined: [digestOf(update)],
    })
    expect(plane.all('up/state').flatMap(({ health }) => health.failed)).toContainEqual({
      check: '10-application',
      output: 'no answer on port 8080',
    })
    await scene.agent.waitFor(() => plane.boots().some(({ failed }) => failed.includes('10-application')))
  })

  it('a wanted check that fails is told, and the image stays', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await putCheck(machine, 'wanted.d', failsOn(update))
    await startUpdate(scene)
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await scene.agent.waitFor(() => plane.state()?.health.status === 'healthy')
    expect(plane.state()?.health).toMatchObject({
      failed: [],
      warnings: [{ check: '10-application', output: 'no answer on port 8080' }],
    })
  })

  it('a unit that the policy names has to be active', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await startUpdate(scene, { healthUnits: ['sshd.service', 'application.service'] })
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()?.attempt?.detail).toBe(
      'health_failed: unit application.service: is inactive, and the policy wants it active',
    )
  })

  it('a machine that cannot reach the control plane is as healthy as any other', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await startUpdate(scene)
    await scene.agent.waitFor(() => plane.state()?.phase === 'rebooting')
    await plane[Symbol.asyncDispose]()
    const journal = async () =>
      JSON.parse(await readFile(join(machine.root, 'var/lib/bootfleet/journal.json'), 'utf8')) as Journal
    await scene.agent.waitFor(async () => {
      const { bootKey, health } = await journal()
      const { bootId, boots } = machine.state()
      return boots.length === 2 && bootKey.startsWith(bootId) && health.status !== 'checking'
    })
    expect(await journal()).toMatchObject({ health: { status: 'healthy' }, attempt: { outcome: 'booted_target' } })
    expect(scene.booted()).toBe(digestOf(update))
  })
})

describe('where greenboot checks the boot', () => {
  it('its verdict counts, it is left to go back by itself, and its reason is reported', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    machine.change(({ units }) => {
      const { 'sshd.service': sshd } = units
      if (sshd !== undefined) units['greenboot-healthcheck.service'] = { ...sshd }
    })
    await startUpdate(scene, { healthTimeoutSec: 600 })
    await scene.agent.waitFor(() => plane.state()?.health.failed.some(({ check }) => check === 'greenboot') === true)
    expect(plane.state()).toMatchObject({ booted: { digest: digestOf(update) }, health: { status: 'checking' } })
    expect(machine.state().rebootRequested).toBeNull()
    await machine.run('bootc', 'rollback')
    await machine.run('systemctl', 'reboot')
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()?.booted.digest).toBe(digestOf(installed))
    expect(plane.state()?.attempt?.detail).toMatch(/^health_failed: greenboot: required script error/)
  })

  it('a rollback that greenboot has queued is not taken out of the queue again', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    const greenboot = 'greenboot-healthcheck.service'
    machine.change(({ units }) => {
      const { 'sshd.service': sshd } = units
      if (sshd !== undefined) units[greenboot] = { ...sshd }
    })
    await startUpdate(scene, { healthTimeoutSec: 600 })
    await scene.agent.waitFor(() => plane.state()?.health.failed.some(({ check }) => check === 'greenboot') === true)
    await machine.run('bootc', 'rollback')
    machine.failUnit(greenboot, 'Error: Manual intervention required - rollback failed')
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()?.booted.digest).toBe(digestOf(installed))
    expect(machine.state().boots).toHaveLength(3)
  })
})
