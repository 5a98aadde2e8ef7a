import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateRelease } from '../release/update-release.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const preview = (release: string, policy = quickPolicy()) =>
  previewRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })

/** Release `n`, younger than the one before, of these layers. */
async function releaseOf(n: number, layers: Record<string, number>): Promise<string> {
  fleet.clock.advance(1)
  const id = await fleet.release(n)
  const data = { layers: Object.entries(layers).map(([digest, sizeBytes]) => ({ digest, sizeBytes })) }
  await fleet.db.transaction('system', (tx) => tx.releaseManifest.updateMany({ where: { releaseId: id }, data }))
  return id
}

test('each wave pulls the layers that its devices do not have yet, of every image on their way', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  await releaseOf(1, { base: 600, one: 100 })
  const barrier = await releaseOf(2, { base: 600, two: 200 })
  const last = await releaseOf(3, { base: 600, three: 50 })
  await updateRelease(fleet.ctx, { id: barrier, barrier: true })
  const [behind, past, unknown] = fleet.devices
  await behind!.regress(digestOf(1))
  await past!.regress(digestOf(2))
  const { waves, bytesToPull, overHops } = await preview(last)
  // What runs an image that no release knows may have none of the layers.
  const each = new Map([
    [behind!.id, 200 + 50],
    [past!.id, 50],
    [unknown!.id, 800 + 50],
  ])
  expect({ bytesToPull, overHops }).toEqual({
    bytesToPull: 1150,
    overHops: { devices: 2, bytesToPull: 1100 },
  })
  expect(waves.map((wave) => wave.bytesToPull)).toEqual(
    waves.map(({ devices }) => devices.reduce((sum, { id }) => sum + (each.get(id) ?? 0), 0)),
  )
})

test('an image whose layers nobody knows counts in full', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  expect(await preview(await fleet.release(1))).toMatchObject({ bytesToPull: 2000, overHops: null })
})
