import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentProcess, watchedAgent } from '@bootfleet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { ControlPlane } from './testing/control-plane.ts'
import { Scene, digestOf, installed, putEnrollment, sceneMachine, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** A scene whose disk can be filled. */
async function startScene(boot: 'ok' | 'unhealthy' = 'ok'): Promise<Scene> {
  const plane = await ControlPlane.start()
  const machine = await sceneMachine({ agent, boot })
  await putEnrollment(machine, plane.enrollmentDocument())
  const env = { BOOTFLEET_RETRY_BASE_MS: '50', BOOTFLEET_TRANSIENT_UNIT: 'always' }
  const scene = new Scene(plane, machine, AgentProcess.start(machine, { command: watchedAgent(agent), env }))
  await scene.settled()
  return scene
}

/** What came after the first `from` parts, once the last part is there. */
function logOf(scene: Scene, from: number): string | undefined {
  const parts = scene.plane.all('tm/log').slice(from)
  const last = parts.findLastIndex((part) => part.last)
  return last < 0
    ? undefined
    : parts
        .slice(0, last + 1)
        .map(({ text }) => text)
        .join('')
}

describe('logs that an operator asked for', () => {
  it('are sent after a power cut as they were collected, to their end, and once', async () => {
    await using scene = await startScene()
    const { plane, machine } = scene
    for (let at = 0; at < 40; at += 1) machine.failUnit(`noisy-${at}.service`, `before the cut ${'x'.repeat(1000)}`)
    await plane.desire({ ops: { collectLogs: 1 } })
    await scene.agent.waitFor(() => plane.all('tm/log').length > 0)
    await scene.agent.kill9()
    const sent = plane.all('tm/log').length
    expect(plane.all('tm/log').some(({ last }) => last)).toBe(false)
    await scene.agent.powerCut()
    await scene.agent.waitFor(() => plane.state()?.opsDone.collectLogs === 1)
    expect(logOf(scene, sent)).toContain('before the cut')
    expect(readFileSync(join(machine.root, 'var/lib/bootfleet/collected-log.json'), 'utf8')).toBe('{}\n')
    const count = plane.all('tm/log').length
    await plane.desire({ ops: { collectLogs: 1 } })
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    expect(plane.all('tm/log')).toHaveLength(count)
  })
})

describe('an agent whose disk is full', () => {
  it('says so, sends its logs, does nothing that it could not remember, and goes on when there is room', async () => {
    await using scene = await startScene()
    const { plane, machine } = scene
    machine.fillDisk(true)
    await plane.desire({ ...staged(update), ops: { collectLogs: 1 } })
    await scene.agent.waitFor(() => plane.last('up/ack')?.phase === 'rejected')
    expect(plane.last('up/ack')).toMatchObject({ gen: plane.gen, hash: plane.hash, code: 'disk_full' })
    machine.fillDisk(false)
    await plane.resend()
    await scene.agent.waitFor(() => plane.last('up/ack')?.phase === 'accepted')
    machine.fillDisk(true)
    await scene.agent.waitFor(() => logOf(scene, 0) !== undefined)
    await scene.agent.waitFor(() => plane.state()?.errors.some(({ code }) => code === 'disk_full') === true)
    expect(scene.machine.state().staged).toBeNull()
    machine.fillDisk(false)
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged' && plane.state()?.opsDone.collectLogs === 1)
    expect(plane.state()?.errors).toEqual([])
  })

  it('leaves an unhealthy image that it was started in, and tells of it when there is room', async () => {
    await using scene = await startScene('unhealthy')
    const { plane, machine } = scene
    const hooks = join(machine.root, 'etc/bootfleet/hooks/pre-reboot.d')
    mkdirSync(hooks, { recursive: true })
    writeFileSync(join(hooks, '10-drain'), '#!/bin/sh\n', { mode: 0o755 })
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => scene.agent.output().includes('"event":"rebooting"'))
    machine.fillDisk(true)
    await scene.agent.waitFor(() => machine.state().boots.length === 3)
    expect(scene.booted()).toBe(digestOf(installed))
    const conn = plane.conn()
    await scene.agent.waitFor(() => scene.agent.output().split('"outcome":"rolled_back"').length > 1)
    expect(plane.conn()).toBe(conn)
    machine.fillDisk(false)
    await scene.agent.waitFor(() => plane.state()?.quarantined.includes(digestOf(update)) === true)
    await scene.agent.waitFor(
      () => plane.state()?.phase === 'failed' && plane.boots().at(-1)?.outcome === 'rolled_back',
    )
    expect(machine.state().boots).toHaveLength(3)
  })

  it('after a boot that it cannot write down waits for room before it does anything', async () => {
    await using scene = await startScene()
    const { plane, machine } = scene
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    const starts = () => scene.agent.output().split('"event":"agent_started"').length
    const before = { starts: starts(), boots: plane.boots().length }
    machine.inject({ kind: 'hang', at: 'status' })
    await scene.agent.powerCut()
    await scene.agent.waitFor(() => starts() > before.starts)
    machine.fillDisk(true)
    machine.clearFaults()
    await scene.agent.waitFor(() => scene.agent.output().split('"event":"boot_not_recorded"').length > 2)
    expect(machine.state().staged).toBeNull()
    machine.fillDisk(false)
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged' && plane.boots().length > before.boots)
    expect(starts()).toBe(before.starts + 1)
  })
})
