import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Desired, type PolicyInput } from '@bootfleet/contracts'
import { waitFor } from '@bootfleet/testkit'
import type { Arrival } from './generator/protocol.ts'
import { firstImage } from './generator/loaded-device.ts'
import { untilPlanned } from './measure-rollout.ts'
import { spread, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import { channelName, insertRelease } from './populate.ts'
import type { Site } from './site.ts'

const soakSec = 1
const image = `sha256:${'2'.repeat(64)}`

/** The latency of a gate decision: from the report that passes it to the first message of the next wave, of one device. */
export async function measureWaves(site: Site, options: Options): Promise<Section> {
  const waves = Array.from({ length: options.waves + 1 }, (_, index) => ({
    name: `wave-${index}`,
    size: { count: 1 },
    soakSec,
  }))
  const policy: PolicyInput = { waves, rest: { soakSec } }
  const release = await insertRelease(site, image)
  await site.generator.call('arrivals', {})
  const body = { channel: channelName, release, policy, start: 'now' as const }
  const { id } = await site.client.rollouts.create({ body })
  await untilPlanned(site, id)
  const samples: number[] = []
  let offered = await nextDocument(site)
  for (let wave = 0; wave < options.waves; wave++) {
    const decidedAt = await takeThrough(site, id, offered)
    offered = await nextDocument(site)
    samples.push(offered.at - decidedAt)
  }
  await site.client.rollouts.pause({ params: { rollout: id } })
  return {
    title: `Gate decisions: from wave to wave of a rollout over ${options.targets} devices`,
    rows: [
      spread(samples, [0.5, 1], 'last healthy report sent -> next dn/desired received'),
      { value: String(samples.length), unit: 'waves', what: 'of one device each, that passed and opened the next' },
    ],
  }
}

/** The device does all that is wanted of it; returns when it sent the report that ends its soak. */
async function takeThrough(site: Site, rollout: string, { device, gen }: Arrival): Promise<number> {
  const send = async (state: object, observedGen: number) => {
    const common = { phase: 'idle' as const, bootKey: 'b:0', booted: firstImage, observedGen }
    return site.generator.call('send', { device, state: { ...common, ...state } })
  }
  await send({ phase: 'staged', staged: image }, gen)
  const granted = await nextDocument(site)
  const healthy = { phase: 'healthy', booted: image, bootKey: `${randomUUID()}:0` }
  await send(healthy, granted.gen)
  await waitFor('the soak to begin', () => isSoaking(site, rollout, device))
  await delay(soakSec * 1000 + 200)
  return (await send(healthy, granted.gen)).at
}

async function isSoaking({ sql }: Site, rollout: string, device: string): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT 1 FROM rollout_target WHERE rollout_id = $1 AND device_id = $2 AND state = 'soaking'`,
    [rollout, device],
  )
  return rows.length > 0
}

/** The next document that wants an image; others are what earlier measurements left behind. */
async function nextDocument({ generator }: Site): Promise<Arrival> {
  return waitFor('the next desired document', async () => {
    const arrivals = await generator.call('arrivals', {})
    return arrivals.find(({ payload }) => Desired.parse(JSON.parse(payload)).image?.ref.endsWith(image))
  })
}
