import { setTimeout as delay } from 'node:timers/promises'
import { loadPublicSigningKeys, writeDesired, type DesiredChange } from '@bootfleet/operations'
import { waitFor } from '@bootfleet/testkit'
import { clock } from './generator/protocol.ts'
import { spread, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import type { Population } from './populate.ts'
import type { Site } from './site.ts'
import { shares, watchUsage } from './watch-usage.ts'

const perTransaction = 1000

/** From the commit of a desired document to the device that has it. */
export async function measurePush(site: Site, options: Options, { devices }: Population): Promise<Section> {
  const ids = devices.map(({ id }) => id)
  const singles: number[] = []
  await site.generator.call('arrivals', {})
  for (const id of ids.slice(0, options.pushes)) {
    singles.push(...(await push(site, [id], { jitterSec: 1 })))
    // So that it does not always fall on the same moment of the gateway's own tick.
    await delay(Math.random() * 20)
  }
  const { result: crowd, spent } = await watchUsage(site, () => push(site, ids, { jitterSec: 2 }))
  return {
    title: `Pushing to ${options.devices} connected devices: committed -> at the device`,
    rows: [
      spread(singles, [0.5, 0.9, 0.99], `one document at a time (${singles.length} times)`),
      spread(crowd, [0.5, 0.9, 0.99], `a document for all ${crowd.length} at once`),
    ],
    notes: [`While all are pushed to. ${shares(spent)}`],
  }
}

/** Writes a new document for each, in transactions of at most 1,000, and returns the milliseconds to their devices. */
async function push(site: Site, ids: readonly string[], { jitterSec }: { jitterSec: number }): Promise<number[]> {
  const { services, organizationId, generator } = site
  const keys = await loadPublicSigningKeys(services)
  const committed = new Map<string, number>()
  for (let from = 0; from < ids.length; from += perTransaction) {
    const chunk = ids.slice(from, from + perTransaction)
    const changes = chunk.map((deviceId) => ({ deviceId, ...unwanted, jitterSec }))
    await services.db.transaction('system', (tx) =>
      writeDesired(tx, { organizationId, now: services.now(), keys }, changes),
    )
    for (const id of chunk) committed.set(id, clock())
  }
  await waitFor(
    `${ids.length} documents at their devices`,
    async () => (await generator.call('arrived', {})) >= ids.length,
    300_000,
  )
  const arrivals = await generator.call('arrivals', {})
  // A document may come twice; the first of each counts.
  const first = new Map(arrivals.toReversed().map(({ device, at }) => [device, at]))
  return [...first].flatMap(([device, at]) => {
    const since = committed.get(device)
    return since === undefined ? [] : [Math.max(0, at - since)]
  })
}

/** A document that differs from the one before, and asks for nothing. */
const unwanted: Omit<DesiredChange, 'deviceId' | 'jitterSec'> = {
  image: null,
  phase: 'none',
  healthTimeoutSec: 600,
  onUnhealthy: 'rollback',
}
