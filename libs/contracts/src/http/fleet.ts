import { z } from 'zod'
import { Instant, InstantInput, NamedRef } from './common.ts'
import { endpoint } from './endpoint.ts'
import { Freeze } from './freeze.ts'

const tag = 'fleet'
const count = z.number().int().min(0)

export const FleetSummary = z
  .object({
    /** Devices that are not removed. The three that follow add up to `total`. */
    devices: z.object({ total: count, online: count, offline: count, neverSeen: count }),
    /** Of the devices that ever reported: their last health. `silent`: it was healthy, and they are not connected any more. */
    health: z.object({ healthy: count, unhealthy: count, other: count, silent: count }),
    /** Devices by booted digest, the most frequent 50; devices that never reported are not in it. */
    booted: z.array(
      z.object({
        digest: z.string(),
        devices: count,
        release: z.object({ id: z.uuid(), version: z.string().nullable(), channel: NamedRef }).nullable(),
      }),
    ),
    /** Devices with at least one quarantined digest. */
    quarantinedDevices: count,
    /** Devices that are not just their image, as far as they reported it: `GET /v1/devices?drifted=true` lists them. */
    driftedDevices: count,
    /** Devices that know more than this server, as after a restored backup; they get no new image until they are resumed. */
    serverBehindDevices: count,
    pendingEnrollments: count,
    /** Rollouts that are not ended. */
    rollouts: z.object({ active: count, paused: count }),
    freeze: Freeze.nullable(),
    frozenGroups: z.array(NamedRef),
  })
  .meta({ id: 'FleetSummary' })
export type FleetSummary = z.infer<typeof FleetSummary>

const BootCounts = z.object({
  /** Boots that were reported. */
  boots: count,
  /** Of these: of the image that was meant to boot, and healthy. */
  succeeded: count,
  /** Of these: unhealthy, or on another image than the one that was meant to boot. */
  failed: count,
  /** Of these: fell back to the image before. */
  rolledBack: count,
})

export const FleetBoots = z
  .object({
    since: Instant,
    until: Instant,
    /** Length of a bucket in seconds. */
    bucketSec: count,
    total: BootCounts,
    /** Only buckets with boots. */
    buckets: z.array(BootCounts.extend({ at: Instant })),
  })
  .meta({ id: 'FleetBoots' })
export type FleetBoots = z.infer<typeof FleetBoots>

/** The last 24 hours if not given; at most 400 days back. */
export const FleetBootsQuery = z.strictObject({ since: InstantInput.optional() })

export const fleet = {
  summary: endpoint({
    method: 'GET',
    path: '/v1/fleet/summary',
    summary: 'Count the fleet',
    tag,
    status: 200,
    response: FleetSummary,
  }),
  boots: endpoint({
    method: 'GET',
    path: '/v1/fleet/boots',
    summary: 'Count boots over time',
    tag,
    status: 200,
    query: FleetBootsQuery,
    response: FleetBoots,
  }),
}
