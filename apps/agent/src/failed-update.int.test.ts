import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** Stages the update and grants it, then waits until the attempt has an outcome. */
async function attemptUpdate(scene: Scene): Promise<void> {
  const { plane } = scene
  await scene.settled()
  await plane.desire(staged(update))
  await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
  await plane.grant()
  await scene.agent.waitFor(() => plane.state()?.attempt?.outcome !== undefined)
}

describe('an image that does not boot', () => {
  it('is left to the boot loader, reported as rolled back, quarantined, and never booted again', async () => {
    await using scene = await Scene.start({ agent, boot: 'fail-boot' })
    const { plane, machine } = scene
    await attemptUpdate(scene)
    expect(plane.state()).toMatchObject({
      booted: { digest: digestOf(installed) },
      attempt: { outcome: 'rolled_back', target: digestOf(update) },
      quarantined: [digestOf(update)],
    })
    await scene.agent.waitFor(() => plane.state()?.phase === 'failed')
    expect(plane.state()?.errors).toMatchObject([{ code: 'quarantined', retryable: false, digest: digestOf(update) }])
    await scene.agent.waitFor(
      async () => ((await machine.status())['status'] as { rollbackQueued: boolean }).rollbackQueued === false,
    )
    expect(machine.state().deployments[0]?.content?.digest).toBe(digestOf(installed))
    await plane.desire({ ops: { unquarantine: 1 }, apply: { phase: 'staged' } })
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(plane.state()).toMatchObject({ quarantined: [], opsDone: { unquarantine: 1 } })
  })
})

describe('an image that boots and is not healthy', () => {
  it('is rolled back also when somebody else reboots the machine before the image is locked', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    await scene.settled()
    machine.inject({ kind: 'hang', at: 'staged' })
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => machine.state().staged !== null)
    await scene.agent.kill9()
    machine.clearFaults()
    await machine.reboot()
    await scene.agent.restart()
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()).toMatchObject({ booted: { digest: digestOf(installed) }, quarantined: [digestOf(update)] })
  })

  it('is rolled back by the agent after the deadline, with the check that failed', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(plane.state()?.attempt?.detail).toMatch(/health_failed: unit os-workload\.service/)
    expect(plane.state()).toMatchObject({ booted: { digest: digestOf(installed) }, quarantined: [digestOf(update)] })
    expect(machine.state().boots).toHaveLength(3)
    await scene.agent.waitFor(() => plane.boots().length === 3)
    expect(plane.boots().map(({ outcome, health }) => [outcome, health])).toEqual([
      ['first_boot', 'healthy'],
      ['booted_target', 'unhealthy'],
      ['rolled_back', 'healthy'],
    ])
  })

  it('stays when the desired document says so', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    await plane.desire({ apply: { onUnhealthy: 'stay' } })
    await attemptUpdate(scene)
    await scene.agent.waitFor(() => plane.state()?.phase === 'unhealthy')
    expect(plane.state()).toMatchObject({ booted: { digest: digestOf(update) }, attempt: { outcome: 'booted_target' } })
    expect(machine.state().boots).toHaveLength(2)
  })
})

describe('an image that is not made bootable', () => {
  it('has failed to finalise, with the words of ostree, which say nothing about the image that runs', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    scene.machine.failFinalize('mkdir(boot/loader.0): Operation not permitted')
    await attemptUpdate(scene)
    expect(plane.state()).toMatchObject({
      booted: { digest: digestOf(installed) },
      attempt: { outcome: 'finalize_failed', detail: 'mkdir(boot/loader.0): Operation not permitted' },
      quarantined: [],
    })
    await scene.agent.waitFor(() => plane.boots().length === 2)
    expect(plane.boots()[1]).toMatchObject({ outcome: 'finalize_failed', health: 'healthy', failed: [] })
  })

  it('is staged again after the power went, and the image is not to blame', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await scene.agent.powerCut()
    await scene.agent.waitFor(() => plane.state()?.bootKey.startsWith(machine.state().bootId) === true)
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(plane.state()).toMatchObject({ quarantined: [], staged: { digest: digestOf(update), locked: true } })
  })
})
