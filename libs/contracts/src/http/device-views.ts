import { z } from 'zod'
import { DriftDocument, InventoryDocument } from '../mqtt/documents.ts'
import { FailedCheck as ReportedCheck } from '../mqtt/reported.ts'
import { Because, Instant, NamedRef, pageOf } from './common.ts'
import { RolloutState, TargetState } from './rollout-views.ts'

const count = z.number().int().min(0)

export const deviceStates = ['online', 'offline', 'never_seen'] as const
export const DeviceConnection = z.enum(deviceStates)

/** An image on a device, with the release that it belongs to when that is known here. */
export const DeviceImage = z
  .object({
    digest: z.string(),
    ref: z.string().nullable(),
    version: z.string().nullable(),
    release: z.object({ id: z.uuid(), version: z.string().nullable(), channel: NamedRef }).nullable(),
  })
  .meta({ id: 'DeviceImage' })
export type DeviceImage = z.infer<typeof DeviceImage>

export const DeviceQuarantine = z
  .object({ digest: z.string(), reason: z.string(), at: Instant })
  .meta({ id: 'DeviceQuarantine' })

/** How far a download is, as the device last said. Of an image that it pulls now. */
export const DownloadProgress = z
  .object({ digest: z.string(), bytes: count, bytesTotal: count, step: z.string(), at: Instant })
  .meta({ id: 'DownloadProgress' })
export type DownloadProgress = z.infer<typeof DownloadProgress>

export const Device = z
  .object({
    id: z.uuid(),
    name: z.string(),
    hardwareId: z.string(),
    group: NamedRef,
    /** The channel of its group. */
    channel: NamedRef.nullable(),
    labels: z.record(z.string(), z.string()),
    architecture: z.string(),
    state: DeviceConnection,
    online: z.boolean(),
    lastSeenAt: Instant.nullable(),
    booted: DeviceImage.nullable(),
    /** Staged and locked: an ordinary reboot does not apply it. */
    staged: DeviceImage.extend({ locked: z.boolean() }).meta({ id: 'StagedDeviceImage' }).nullable(),
    rollback: DeviceImage.nullable(),
    phase: z.string().nullable(),
    health: z.string().nullable(),
    agent: z.string().nullable(),
    capabilities: z.array(z.string()),
    quarantined: z.array(DeviceQuarantine),
    /** Differences of its persistent state from its image; `null` when it never reported them. */
    drift: count.nullable(),
    desired: z
      .object({ gen: count, acceptedGen: count, digest: z.string().nullable(), heldSince: Instant.nullable() })
      .nullable(),
    /** The rollout that has a target for it now. */
    activeRollout: z.object({ id: z.uuid(), state: RolloutState, targetState: TargetState }).nullable(),
    pinnedReleaseId: z.uuid().nullable(),
    /** While it downloads. */
    progress: DownloadProgress.nullable(),
    /** When the last of its certificates in force expires; it renews them itself. */
    certificateExpiresAt: Instant.nullable(),
    enrolledAt: Instant,
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof Device>
export const DevicePage = pageOf(Device, 'DevicePage')

/** What a machine is, and what of it is not its image, as it reported last. */
export const DeviceMachine = z
  .object({
    inventory: z.object({ receivedAt: Instant, document: InventoryDocument.partial() }).nullable(),
    drift: z.object({ receivedAt: Instant, document: DriftDocument }).nullable(),
    /** Health checks that fail now: those that make it unhealthy, and those that are only told. */
    failedChecks: z.array(ReportedCheck),
    warnings: z.array(ReportedCheck),
  })
  .meta({ id: 'DeviceMachine' })
export type DeviceMachine = z.infer<typeof DeviceMachine>

export const Boot = z
  .object({
    bootKey: z.string(),
    receivedAt: Instant,
    bootedDigest: z.string().nullable(),
    targetDigest: z.string().nullable(),
    outcome: z.string(),
    health: z.string(),
    durationMs: count.nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Boot' })
export type Boot = z.infer<typeof Boot>
export const BootPage = pageOf(Boot, 'BootPage')

/** One answer of a device to the question for its logs. */
export const DeviceLog = z
  .object({
    id: z.uuid(),
    receivedAt: Instant,
    /** Whether every part of it came; telemetry may be lost. */
    complete: z.boolean(),
    /** Characters of what came. */
    length: count,
  })
  .meta({ id: 'DeviceLog' })
export type DeviceLog = z.infer<typeof DeviceLog>
export const DeviceLogPage = pageOf(DeviceLog, 'DeviceLogPage')

/** With its text, which holds no control characters but tabs and newlines. */
export const DeviceLogText = DeviceLog.extend({ text: z.string() }).meta({ id: 'DeviceLogText' })
export type DeviceLogText = z.infer<typeof DeviceLogText>

export const DeviceEvent = z
  .object({
    id: z.string(),
    at: Instant,
    kind: z.string(),
    /** Set when it happened in a rollout. */
    rolloutId: z.uuid().nullable(),
    /** What people call that rollout: its release and channel. */
    rolloutName: z.string().nullable(),
    because: Because,
  })
  .meta({ id: 'DeviceEvent' })
export type DeviceEvent = z.infer<typeof DeviceEvent>
export const DeviceEventPage = pageOf(DeviceEvent, 'DeviceEventPage')
