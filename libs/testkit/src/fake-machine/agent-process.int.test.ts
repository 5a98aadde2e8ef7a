import { describe, expect, test } from 'vitest'
import { AgentProcess } from './agent-process.ts'
import { fakeImage } from './fake-image.ts'
import { FakeMachine } from './fake-machine.ts'
import type { BootBehaviour } from './machine-state.ts'
import { digestIn, digestOf, hostStatus, installed, pinned, repository, update } from './test-support.ts'

/** Switches once and reboots; in later boots it stays up. */
const once = (target: string) => [
  'sh',
  '-c',
  `echo up $(cat "$BOOTFLEET_BOOT_ID_FILE")
   if mkdir "$BOOTFLEET_STATE_DIR/applied" 2>/dev/null; then bootc switch ${target} && systemctl reboot; fi
   exec sleep 600`,
]

async function machineWith(boot: BootBehaviour) {
  const image = boot === 'ok' ? update : fakeImage(boot, { boot })
  const bootedImage = { image: `${repository}:stable`, content: installed }
  const machine = await FakeMachine.create({ bootedImage, images: { [`${repository}:v2`]: image } })
  return { machine, image }
}

describe('an agent on a fake machine', () => {
  test('is taken down by the reboot it asked for and starts again on the new image', async () => {
    const { machine } = await machineWith('ok')
    await using _ = machine
    await using agent = AgentProcess.start(machine, { command: once(pinned(update)) })
    await agent.waitFor(() => agent.startCount === 2 && agent.running)
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digestOf(update))
    expect(new Set(agent.output().match(/up \S+/g))).toHaveProperty('size', 2)
  })

  test('starts on the old image when the new one does not boot', async () => {
    const { machine, image } = await machineWith('fail-boot')
    await using _ = machine
    await using agent = AgentProcess.start(machine, { command: once(pinned(image)) })
    await agent.waitFor(() => agent.startCount === 2)
    expect(digestIn((await hostStatus(machine)).booted)).toBe(digestOf(installed))
  })

  test('stays down on an image that never returns, and comes up on a slow one when it is released', async () => {
    const lost = await machineWith('never-returns')
    await using _lost = lost.machine
    await using lostAgent = AgentProcess.start(lost.machine, { command: once(pinned(lost.image)) })
    await lostAgent.waitFor(() => lost.machine.state().power === 'off')
    expect([lostAgent.running, lostAgent.startCount]).toEqual([false, 1])
    const slow = await machineWith('slow')
    await using _slow = slow.machine
    await using slowAgent = AgentProcess.start(slow.machine, { command: once(pinned(slow.image)) })
    await slowAgent.waitFor(() => slow.machine.state().power === 'booting')
    expect(slowAgent.running).toBe(false)
    slow.machine.release()
    await slowAgent.waitFor(() => slowAgent.running)
  })

  test('can be killed, restarted and lose its power', async () => {
    const { machine } = await machineWith('ok')
    await using _ = machine
    const command = ['sh', '-c', 'trap "" TERM; echo "up $GREETING"; while :; do sleep 600; done']
    await using agent = AgentProcess.start(machine, { command, env: { GREETING: 'hello' } })
    await agent.waitFor(() => agent.output().includes('up hello'))
    await agent.kill9()
    expect(agent.running).toBe(false)
    await agent.restart()
    await agent.waitFor(() => agent.output().split('up hello').length === 3)
    const { bootId } = machine.state()
    await agent.powerCut()
    expect([agent.running, agent.startCount]).toEqual([true, 3])
    expect(machine.state().bootId).not.toBe(bootId)
  })

  test('a program that does not exist is told in the output', async () => {
    const { machine } = await machineWith('ok')
    await using _ = machine
    await using agent = AgentProcess.start(machine, { command: ['/nowhere/agent'] })
    await agent.waitFor(() => agent.output().includes('agent did not start'))
    expect(agent.running).toBe(false)
    await expect(agent.waitFor(() => false, 50)).rejects.toThrow('agent did not start')
  })
})
