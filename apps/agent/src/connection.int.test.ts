import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { maxEpoch } from '@bootfleet/contracts'
import { signDesired } from '@bootfleet/pki'
import { createSigningKey } from '@bootfleet/pki'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

describe('without MQTT', () => {
  it('the agent goes on over HTTPS, updates that way, and returns to MQTT by itself', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    await plane.stopBroker()
    await scene.agent.waitFor(() => scene.agent.output().includes('"event":"connected","carrier":"https"'))
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(
      () => plane.state()?.booted.digest === digestOf(update) && plane.state()?.phase === 'healthy',
    )
    const hellos = plane.all('up/hello').length
    await plane.startBroker()
    await scene.agent.waitFor(() => plane.all('up/hello').length > hellos)
    expect(scene.agent.output().lastIndexOf('"carrier":"mqtt","conn"')).toBeGreaterThan(
      scene.agent.output().lastIndexOf('"event":"connected","carrier":"https"'),
    )
  })
})

describe('where TLS ends at a proxy', () => {
  it('the agent proves itself by a token signed with its key', async () => {
    await using scene = await Scene.start({ agent, behindProxy: true })
    const { plane } = scene
    await scene.settled()
    await plane.stopBroker()
    await scene.agent.waitFor(() => scene.agent.output().includes('"event":"connected","carrier":"https"'))
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.control({ kind: 'rotate' })
    await scene.agent.waitFor(() => scene.agent.output().includes('certificate_renewed'))
    const hellos = plane.all('up/hello').length
    await scene.agent.waitFor(() => plane.all('up/hello').length > hellos)
  })
})

describe('a desired document', () => {
  it('that was answered is answered again, and one that is older, another or forged changes nothing', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    await plane.desire({})
    await plane.desire({})
    const acks = () => plane.all('up/ack').map(({ gen, phase, code }) => [gen, phase, code].join(' ').trim())
    await scene.agent.waitFor(() => acks().includes('2 accepted'))
    const states = plane.all('up/state').length
    await plane.resend()
    await scene.agent.waitFor(() => acks().filter((ack) => ack === '2 accepted').length === 2)
    await scene.agent.waitFor(() => plane.all('up/state').length > states)
    plane.gen = 1
    await plane.resend(true)
    await scene.agent.waitFor(() => acks().includes('1 stale'))
    plane.gen = 2
    await plane.resend(true)
    await scene.agent.waitFor(() => acks().includes('2 rejected conflict'))
    const stranger = await createSigningKey({ now: new Date() })
    plane.gen = 9
    plane.signed = await signDesired(JSON.stringify({ gen: 9 }), stranger)
    await plane.resend()
    await scene.agent.waitFor(() => acks().includes('9 rejected unknown_key'))
    expect(plane.state()?.observedGen).toBe(2)
  })
})

describe('hints of the server', () => {
  it('bring boots, hello and documents again, and end what was seen', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    await scene.agent.waitFor(() => plane.all('up/boot').length === 1 && plane.last('up/drift') !== undefined)
    await plane.control({ kind: 'resync' })
    await scene.agent.waitFor(() => plane.all('up/boot').length === 2 && plane.all('up/inventory').length >= 2)
    expect(plane.all('up/hello')).toHaveLength(2)
    await plane.control({ kind: 'seen', bootKeys: plane.boots().map(({ bootKey }) => bootKey) })
    await plane.control({ kind: 'poll' })
    await scene.agent.waitFor(() => plane.all('up/hello').length === 3)
    await plane.control({ kind: 'heartbeat', heartbeatSec: 1 })
    await scene.agent.waitFor(() => plane.all('tm/hb').length > 1)
    expect(plane.last('tm/hb')).toMatchObject({ conn: plane.conn(), boots: 1 })
    await plane.control({ kind: 'rotate' })
    await scene.agent.waitFor(() => plane.all('up/hello').length === 4)
    expect(scene.agent.output()).toContain('certificate_renewed')
    await plane.control({ kind: 'goaway', retryAfterSec: 1 })
    await scene.agent.waitFor(() => plane.all('up/hello').length === 5)
    expect(plane.all('up/boot')).toHaveLength(2)
  })

  it('reboot on demand happens once, and says goodbye first', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await plane.desire({ ops: { reboot: 1 } })
    await scene.agent.waitFor(() => plane.boots().length === 2)
    expect(plane.all('up/presence').some(({ why }) => why === 'reboot')).toBe(true)
    expect(plane.state()?.opsDone.reboot).toBe(1)
    expect(machine.state().boots).toHaveLength(2)
  })
})

describe('a state that is older than what the server knows', () => {
  it('goes on beyond that, on disk first, and says everything again', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await scene.agent.waitFor(() => plane.last('up/drift') !== undefined)
    await plane.control({ kind: 'resync', known: { epoch: 40, seq: 3 } })
    const since = (epoch: number) => plane.received.filter(({ envelope }) => envelope.epoch === epoch)
    const all = ['up/hello', 'up/state', 'up/boot', 'up/inventory', 'up/drift']
    await scene.agent.waitFor(() => all.every((kind) => since(41).some((message) => message.kind === kind)))
    expect(since(41)[0]).toMatchObject({ kind: 'up/hello', envelope: { seq: 1 } })
    expect(await readFile(join(machine.root, 'var/lib/bootfleet/epoch'), 'utf8')).toBe('41\n')
    expect(scene.agent.output()).toContain('"event":"state_restored"')
    const hellos = plane.all('up/hello').length
    await plane.control({ kind: 'resync', known: { epoch: 41, seq: 1 } })
    await scene.agent.waitFor(() => plane.all('up/hello').length > hellos)
    await plane.control({ kind: 'resync', known: { epoch: maxEpoch, seq: 1 } })
    await scene.agent.waitFor(() => scene.agent.output().includes('"event":"epoch_exhausted"'))
    expect(Math.max(...plane.received.map(({ envelope }) => envelope.epoch))).toBe(41)
  })

  it('and is beyond any start of an agent, is taken for lost and says so', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await scene.settled()
    await scene.agent.kill9()
    await writeFile(join(machine.root, 'var/lib/bootfleet/epoch'), '3000000000\n')
    await scene.agent.restart()
    await scene.agent.waitFor(() => plane.all('up/hello').length === 2)
    expect(scene.agent.output()).toContain('"event":"epoch_lost"')
  })
})
