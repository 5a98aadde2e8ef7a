import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** Gives the update, and a grant whenever the device is staged on a connection that has none yet, as a server would. */
function drive(scene: Scene): () => Promise<boolean> {
  const { plane } = scene
  let granted = ''
  return async () => {
    const state = plane.state()
    const isStaged = state?.phase === 'staged' && state.observedGen === plane.gen && state.grant === null
    if (isStaged && plane.conn() !== granted) {
      granted = plane.conn()
      await plane.grant()
    }
    return state?.booted.digest === digestOf(update) && state.phase === 'healthy'
  }
}

describe('an agent that is killed', () => {
  it.each(['staging', 'staged', 'unlocking', 'rebooting', 'boot'])(
    'at "%s" carries on after its restart and boots the target exactly once',
    async (event) => {
      await using scene = await Scene.start({ agent })
      const { plane, machine } = scene
      await scene.settled()
      const seen = scene.agent.output().split(`"event":"${event}"`).length
      await plane.desire(staged(update))
      const isDone = drive(scene)
      await scene.agent.waitFor(async () => {
        await isDone()
        return scene.agent.output().split(`"event":"${event}"`).length > seen
      })
      await scene.agent.kill9()
      // The machine may be on its way down already; then it starts the agent itself.
      await scene.agent.waitFor(() => machine.state().rebootRequested === null)
      if (!scene.agent.running) await scene.agent.restart()
      await scene.agent.waitFor(isDone)
      expect(machine.state().boots).toHaveLength(2)
      expect(plane.state()).toMatchObject({ attempt: { outcome: 'booted_target' }, quarantined: [], errors: [] })
    },
  )

  it('during a pull leaves the pull alone and reports it from what it knew', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    machine.inject({ kind: 'hang', at: 'layer' })
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'downloading')
    const hellos = plane.all('up/hello').length
    await scene.agent.kill9()
    await scene.agent.restart()
    await scene.agent.waitFor(() => plane.all('up/hello').length > hellos)
    expect(plane.last('up/hello')?.booted.digest).toBeDefined()
    machine.clearFaults()
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    expect(machine.state().stagedLocked).toBe(true)
  })
})
