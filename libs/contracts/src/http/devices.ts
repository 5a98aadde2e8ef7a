import { z } from 'zod'
import { Explanation, Key, Labels, PageQuery, SelectorText } from './common.ts'
import {
  BootPage,
  Device,
  DeviceConnection,
  DeviceEventPage,
  DeviceLogPage,
  DeviceLogText,
  DeviceMachine,
  DevicePage,
} from './device-views.ts'
import { endpoint } from './endpoint.ts'

const tag = 'devices'
const params = z.object({ id: z.uuid() })

export const deviceHealths = ['healthy', 'unhealthy', 'checking', 'unknown'] as const
export const DeviceHealth = z.enum(deviceHealths)

export const ListDevices = PageQuery.extend({
  selector: SelectorText.optional(),
  group: Key.optional(),
  channel: Key.optional(),
  state: DeviceConnection.optional(),
  /** Devices that booted this manifest digest. */
  digest: z.string().min(1).max(80).optional(),
  /** `true`: only devices that are not just their image. */
  drifted: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  /** What it last reported of its health. */
  health: DeviceHealth.optional(),
  /** Only devices with a quarantined digest, or only those without. */
  quarantined: z.stringbool().optional(),
  /** Part of the name or of the hardware id. */
  q: z.string().min(1).max(100).optional(),
})

export const UpdateDevice = z
  .strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    /** Replaces all labels. */
    labels: Labels.optional(),
    group: Key.optional(),
  })
  .meta({ id: 'UpdateDevice' })

/** Without a digest all quarantined ones are lifted. */
export const Unquarantine = z
  .strictObject({ digest: z.string().min(1).max(80).optional() })
  .prefault({})
  .meta({ id: 'Unquarantine' })

/** A release of any channel, by its id. */
export const PinDevice = z.strictObject({ release: z.uuid() }).meta({ id: 'PinDevice' })

const verb = <const P extends string, const S extends string>(path: P, summary: S) =>
  endpoint({ method: 'POST', path: `/v1/devices/:id/${path}`, summary, tag, status: 200, params, response: Device })

export const devices = {
  list: endpoint({
    method: 'GET',
    path: '/v1/devices',
    summary: 'List devices by name',
    tag,
    status: 200,
    query: ListDevices,
    response: DevicePage,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/devices/:id',
    summary: 'Get a device',
    tag,
    status: 200,
    params,
    response: Device,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/devices/:id',
    summary: 'Rename, relabel or move a device',
    tag,
    status: 200,
    params,
    body: UpdateDevice,
    response: Device,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/devices/:id',
    summary: 'Remove a device: its certificates are revoked and its connection is closed',
    tag,
    status: 204,
    params,
  }),
  explain: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/explain',
    summary: 'Say why a device is not updating',
    tag,
    status: 200,
    params,
    response: Explanation,
  }),
  machine: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/machine',
    summary: 'Get what a device is, and how it differs from its image',
    tag,
    status: 200,
    params,
    response: DeviceMachine,
  }),
  boots: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/boots',
    summary: 'List the boots of a device, the newest first',
    tag,
    status: 200,
    params,
    query: PageQuery,
    response: BootPage,
  }),
  events: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/events',
    summary: 'List what happened to a device, the newest first',
    tag,
    status: 200,
    params,
    query: PageQuery,
    response: DeviceEventPage,
  }),
  logs: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/logs',
    summary: 'List the logs that a device sent, the newest first',
    tag,
    status: 200,
    params,
    query: PageQuery,
    response: DeviceLogPage,
  }),
  log: endpoint({
    method: 'GET',
    path: '/v1/devices/:id/logs/:log',
    summary: 'Read a log that a device sent',
    tag,
    status: 200,
    params: z.object({ id: z.uuid(), log: z.uuid() }),
    response: DeviceLogText,
  }),
  unquarantine: endpoint({
    method: 'POST',
    path: '/v1/devices/:id/unquarantine',
    summary: 'Offer a digest again that the device fell back from',
    tag,
    status: 200,
    params,
    body: Unquarantine,
    response: Device,
  }),
  pin: endpoint({
    method: 'POST',
    path: '/v1/devices/:id/pin',
    summary: 'Keep a device out of the rollouts of every other release',
    tag,
    status: 200,
    params,
    body: PinDevice,
    response: Device,
  }),
  unpin: verb('unpin', 'Let a device take part in rollouts again'),
  retry: verb('retry', 'Try the failed target of a device again, and give a device that was ahead new images again'),
  reboot: verb('reboot', 'Reboot a device now'),
  collectLogs: verb('collect-logs', 'Have a device send its logs'),
}
