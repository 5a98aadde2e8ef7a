import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FakeMachine } from '@bootfleet/testkit'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** As a broken file system leaves files: there, and empty. */
function empty({ root }: FakeMachine, names: readonly string[]): void {
  for (const name of names) writeFileSync(join(root, 'var/lib/bootfleet', name), '')
}

async function goToUpdate(scene: Scene): Promise<void> {
  const { plane } = scene
  await scene.settled()
  await plane.desire(staged(update))
  await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
  await plane.grant()
}

const isTold = ({ plane }: Scene): boolean =>
  plane.state()?.errors.some(({ code }) => code === 'state_damaged') === true

describe.each([
  ['a damaged journal', ['journal.json']],
  ['a journal whose copy is damaged as well', ['journal.json', 'journal-copy.json']],
])('%s', (_, names) => {
  it('does nothing again that was asked for once, and operators hear of it', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire({ ops: { reboot: 1 } })
    await scene.agent.waitFor(() => plane.state()?.opsDone.reboot === 1 && plane.boots().length === 2)
    await scene.agent.kill9()
    empty(machine, names)
    await scene.agent.restart()
    await scene.agent.waitFor(() => isTold(scene) && plane.state()?.health.status === 'healthy')
    await scene.agent.waitFor(() => plane.state()?.opsDone.reboot === 1)
    expect(scene.agent.output()).toContain('"event":"journal_damaged"')
    expect(machine.state().boots).toHaveLength(2)
    await plane.desire({ ops: { reboot: 2 } })
    await scene.agent.waitFor(() => plane.state()?.opsDone.reboot === 2 && machine.state().boots.length === 3)
  })

  it('leaves an unhealthy image that was just booted, and does not forget that', async () => {
    const onBoot = (up: FakeMachine) => up.state().boots.length === 2 && empty(up, names)
    await using scene = await Scene.start({ agent, boot: 'unhealthy', onBoot })
    const { plane, machine } = scene
    await goToUpdate(scene)
    await scene.agent.waitFor(() => plane.state()?.quarantined.includes(digestOf(update)) === true)
    await scene.agent.waitFor(() => plane.state()?.health.status === 'healthy')
    expect(scene.booted()).toBe(digestOf(installed))
    await scene.agent.waitFor(() => plane.boots().length === 3)
    expect(plane.boots().map(({ outcome }) => outcome)).toEqual(['first_boot', 'booted_target', 'rolled_back'])
    await scene.agent.kill9()
    empty(machine, names)
    await scene.agent.restart()
    await scene.agent.waitFor(() => isTold(scene) && plane.state()?.phase === 'failed')
    expect(plane.state()?.quarantined).toEqual([digestOf(update)])
    expect(machine.state().boots).toHaveLength(3)
  })
})
