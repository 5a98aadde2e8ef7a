import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadAuthority } from '@bootfleet/operations'
import {
  freePort,
  isListening,
  requireServer,
  startMosquitto,
  startRedis,
  waitFor,
  type Mosquitto,
} from '@bootfleet/testkit'
import { Lab } from './stack/lab.ts'
import { Stack } from './stack/stack.ts'

const { missing } = requireServer(['docker-registry', 'redis-server', 'mosquitto'])

test.skipIf(missing)('the same rollout goes through with the queue on Redis and devices on Mosquitto', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bootfleet-production-'))
  const redis = await startRedis()
  let mosquitto: Mosquitto | undefined
  const stack = await Stack.start(async (services) => {
    const ports = { device: await freePort(), gateway: await freePort() }
    const { certificatePem } = await loadAuthority(services)
    const broker = await startMosquitto({ services, ca: certificatePem, ports })
    mosquitto = broker
    await waitFor('Mosquitto', () => isListening(ports.gateway))
    const files = { CA: broker.address.tls.ca, CERT: broker.address.tls.cert, KEY: broker.address.tls.key }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const named = Object.keys(files).map((name) => [`BOOTFLEET_MQTT_${name}`, join(folder, name)])
    const devices = { BOOTFLEET_MQTT_HOST: '127.0.0.1', BOOTFLEET_MQTT_PORT: String(ports.device) }
    return { REDIS_URL: redis.url, MQTT_URL: broker.address.url, ...devices, ...Object.fromEntries(named) }
  })
  const lab = await Lab.open(stack.client)
  try {
    const image = await lab.push('1.0')
    await stack.client.channels.create({ body: { name: 'edge-stable', repository: lab.repository } })
    const budget = { maxUnavailable: { count: 10 }, maxDownloading: 10 }
    await stack.client.groups.update({ params: { group: 'default' }, body: { channel: 'edge-stable', budget } })
    await lab.enroll(3)
    const params = { channel: 'edge-stable' }
    const release = await stack.client.releases.create({ params, body: { image: `${lab.repository}:1.0` } })
    const policy = { waves: [{ name: 'canary', size: { count: 1 }, soakSec: 2 }], rest: { soakSec: 2 } }
    const { id: rollout } = await stack.client.rollouts.create({
      body: { ...params, release: release.id, policy, start: 'now' },
    })
    const read = () => stack.client.rollouts.get({ params: { rollout } })
    await waitFor('the rollout to complete', async () => (await read()).state === 'completed', 150_000)
    const digest = image.manifests.find(({ architecture }) => architecture === 'amd64')?.manifestDigest
    expect(lab.booted()).toEqual(lab.devices.map(() => ({ digest, reboots: 1 })))
  } finally {
    await lab[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
    await mosquitto?.stop()
    await redis.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
