import { z } from 'zod'
import { maxEpoch } from './envelope.ts'
import { ConnectionId, DeviceId, Digest } from './ids.ts'

/** A public signing key (P-256) as JWK. */
export const SigningKey = z.object({
  kid: z.string().min(1).max(64),
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().max(64),
  y: z.string().max(64),
})
export type SigningKey = z.infer<typeof SigningKey>

/** Permission to apply now: valid on the connection it names, `ttlSec` on the device's monotonic clock since receipt. */
export const Grant = z.object({ id: z.uuid(), conn: ConnectionId, ttlSec: z.number().int().min(1).max(86_400) })
export type Grant = z.infer<typeof Grant>

/** The full name of a systemd unit, such as `sshd.service`. */
export const UnitName = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*\.(service|socket|target|timer|mount|path)$/,
    'must be the full name of a systemd unit, such as sshd.service',
  )

export const desiredPhases = ['none', 'staged', 'applied'] as const

/**
 * What a device should be; always the whole of it. `image.ref` is pinned to the manifest digest of the device's own
 * architecture; `accept` lists digests that count as the same image (the index digest among them).
 */
export const Desired = z.object({
  v: z.literal(1),
  device: DeviceId,
  gen: z.number().int().min(1),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  rollout: z.uuid().optional(),
  image: z
    .object({
      ref: z.string().max(512),
      accept: z.array(Digest).min(1).max(8),
      /** Only as the machine's signature policy allows it. */
      requireSignatures: z.boolean().optional(),
    })
    .nullable(),
  apply: z.object({
    phase: z.enum(desiredPhases),
    grant: Grant.optional(),
    /** Closing time of the window that is open now, if there is one. */
    window: z.object({ until: z.iso.datetime() }).optional(),
    jitterSec: z.number().int().min(0).max(86_400),
    /** Units that have to be active for the device to count as healthy. */
    healthUnits: z.array(UnitName).max(20).optional(),
    /** Restart userspace alone where the kernel of the image is the one that runs. */
    softReboot: z.boolean().optional(),
    healthTimeoutSec: z.number().int().min(1).max(86_400),
    onUnhealthy: z.enum(['rollback', 'stay']),
  }),
  ops: z.object({
    reboot: z.number().int().min(0).optional(),
    collectLogs: z.number().int().min(0).optional(),
    unquarantine: z.number().int().min(0).optional(),
  }),
  config: z.object({ heartbeatSec: z.number().int().min(1).max(3600), pollSec: z.number().int().min(1).max(3600) }),
  keys: z.array(SigningKey).max(4),
})
export type Desired = z.infer<typeof Desired>

/** `dn/desired`: flattened JWS over the exact bytes of the document. `hash` of a desired document is `sha256:` over those bytes. */
export const SignedDesired = z.object({ payload: z.string(), protected: z.string(), signature: z.string() })
export type SignedDesired = z.infer<typeof SignedDesired>

/** A place in the order of a device's messages within its incarnation. */
export const MessagePlace = z.object({
  epoch: z.number().int().min(0).max(maxEpoch),
  seq: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
})
export type MessagePlace = z.infer<typeof MessagePlace>

/** `dn/ctl`: short-lived hints without authority. */
export const Control = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('poll') }),
  z.object({
    kind: z.literal('resync'),
    /** The newest place in the order that the server has of this device, when the device is behind it. */
    known: MessagePlace.optional(),
  }),
  z.object({ kind: z.literal('seen'), bootKeys: z.array(z.string().max(80)).max(50) }),
  z.object({ kind: z.literal('heartbeat'), heartbeatSec: z.number().int().min(1).max(3600) }),
  z.object({ kind: z.literal('rotate') }),
  z.object({ kind: z.literal('goaway'), retryAfterSec: z.number().int().min(1).max(3600) }),
])
export type Control = z.infer<typeof Control>
