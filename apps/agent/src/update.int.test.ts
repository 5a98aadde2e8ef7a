import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

describe('an update', () => {
  it('restarts userspace alone where that is asked for and the kernel stays the same', async () => {
    await using scene = await Scene.start({ agent, softRebootCapable: true })
    const { plane, machine } = scene
    await scene.settled()
    const { bootId } = machine.state()
    await plane.desire({ ...staged(update), apply: { phase: 'staged', softReboot: true } })
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await scene.agent.waitFor(() => plane.state()?.health.status === 'healthy')
    expect(plane.state()).toMatchObject({ bootKey: `${bootId}:1`, attempt: { outcome: 'booted_target' } })
    expect(machine.calls().at(-1)).toBe('upgrade --from-downloaded --soft-reboot=auto')
  })

  it('is staged locked, applied with a grant, verified, and reported healthy', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    expect(plane.last('up/hello')).toMatchObject({
      lastGen: 0,
      full: true,
      caps: expect.arrayContaining(['download_only']),
    })
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(plane.state()?.staged).toMatchObject({ digest: digestOf(update), locked: true })
    expect(machine.state().stagedLocked).toBe(true)
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await scene.agent.waitFor(() => plane.state()?.health.status === 'healthy')
    expect(plane.state()).toMatchObject({
      phase: 'healthy',
      attempt: { outcome: 'booted_target', from: digestOf(installed) },
    })
    expect(plane.all('up/state').some(({ phase }) => phase === 'rebooting')).toBe(true)
    expect(machine.state().boots).toHaveLength(2)
    await scene.agent.waitFor(() => plane.boots().length === 2)
    expect(plane.boots().map(({ outcome, health }) => [outcome, health])).toEqual([
      ['first_boot', 'healthy'],
      ['booted_target', 'healthy'],
    ])
  })
})
