import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

const returned = (scene: Scene) => scene.plane.all('up/ack').find(({ phase }) => phase === 'grant_returned')

describe('a grant', () => {
  it('for another connection is not used', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.desire({ apply: { phase: 'applied', grant: { id: randomUUID(), conn: randomUUID(), ttlSec: 60 } } })
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    expect(plane.state()).toMatchObject({ phase: 'staged', grant: null })
    expect(machine.state().stagedLocked).toBe(true)
  })

  it('that a newer document does not give any more is returned unused', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    machine.inject({ kind: 'hang', at: 'layer' })
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'downloading')
    const grant = await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.grant?.id === grant)
    await plane.desire({ apply: { phase: 'staged' } })
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    machine.clearFaults()
    await scene.agent.waitFor(() => returned(scene) !== undefined)
    expect(returned(scene)).toMatchObject({ grant, code: 'recalled', gen: plane.gen })
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(machine.state()).toMatchObject({ stagedLocked: true, boots: [{}] })
  })

  it('that runs out while an old bootc stages is returned, and nothing is left that a reboot would apply', async () => {
    await using scene = await Scene.start({ agent, version: '1.7' })
    const { plane, machine } = scene
    machine.inject({ kind: 'hang', at: 'layer' })
    await scene.settled()
    expect(plane.last('up/hello')?.caps).not.toContain('download_only')
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    expect(plane.state()?.phase).toBe('idle')
    const grant = await plane.grant(1)
    await scene.agent.waitFor(() => plane.state()?.phase === 'downloading')
    const since = performance.now()
    await scene.agent.waitFor(() => performance.now() - since > 1000)
    machine.clearFaults()
    await scene.agent.waitFor(() => returned(scene) !== undefined)
    expect(returned(scene)).toMatchObject({ grant, code: 'expired' })
    await machine.reboot()
    expect(scene.booted()).toBe(digestOf(installed))
  })

  it('lets an old bootc stage and boot in one go', async () => {
    await using scene = await Scene.start({ agent, version: '1.7' })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'healthy')
    expect(machine.state().boots).toHaveLength(2)
  })

  it('takes a device back by its rollback slot, with nothing staged', async () => {
    await using scene = await Scene.start({ agent, version: 'next' })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(
      () => plane.state()?.booted.digest === digestOf(update) && plane.state()?.phase === 'healthy',
    )
    await plane.desire(staged(installed))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(plane.state()?.staged).toMatchObject({ digest: digestOf(installed), locked: true })
    expect(machine.state().staged).toBeNull()
    await plane.grant()
    await scene.agent.waitFor(
      () => plane.state()?.booted.digest === digestOf(installed) && plane.state()?.phase === 'healthy',
    )
    expect(plane.state()).toMatchObject({ attempt: { outcome: 'booted_target' }, quarantined: [] })
    expect(machine.state().boots).toHaveLength(3)
  })
})
