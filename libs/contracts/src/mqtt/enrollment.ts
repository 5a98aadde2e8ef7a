import { z } from 'zod'
import { DeviceId, Digest } from './ids.ts'
import { SigningKey } from './desired.ts'
import { Envelope } from './envelope.ts'
import { limits } from './limits.ts'
import { Control, SignedDesired } from './desired.ts'
import { upKinds } from './topics.ts'

/** What an operator puts on a device. The device checks the server against `caSha256` before it sends the token. */
export const EnrollmentDocument = z.object({
  url: z.url(),
  token: z.string().min(20).max(200),
  caSha256: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits'),
})
export type EnrollmentDocument = z.infer<typeof EnrollmentDocument>

/** `POST /device/v1/enroll`. The CSR's subject is ignored; `hardwareId` is what the machine brought. */
export const EnrollRequest = z.object({
  token: z.string().min(20).max(200),
  csr: z.string().max(8 * 1024),
  hardwareId: z.string().min(1).max(200),
  architecture: z.string().min(1).max(32),
  hostname: z.string().max(253).optional(),
  agent: z.string().max(40),
  booted: z.object({ ref: z.string().max(512).optional(), digest: Digest.optional() }).optional(),
})
export type EnrollRequest = z.infer<typeof EnrollRequest>

export const EnrollResponse = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending'), retryAfterSec: z.number().int().min(1) }),
  z.object({
    state: z.literal('issued'),
    device: DeviceId,
    inc: z.number().int().min(1),
    certificate: z.string(),
    ca: z.string(),
    mqtt: z.object({ host: z.string(), port: z.number().int() }),
    https: z.url(),
    keys: z.array(SigningKey).min(1).max(4),
  }),
])
export type EnrollResponse = z.infer<typeof EnrollResponse>

/** `POST /device/v1/renew`, over the current certificate. */
export const RenewRequest = z.object({ csr: z.string().max(8 * 1024) })
export const RenewResponse = z.object({ certificate: z.string(), ca: z.string() })

/** `POST /device/v1/up`: the same envelopes as over MQTT. Acknowledged means durable. */
export const UpBatch = z.object({
  messages: z.array(z.object({ kind: z.enum(upKinds), envelope: Envelope })).max(limits.batchMessages),
})
export const UpBatchResponse = z.object({
  acknowledged: z.array(z.string()),
  rejected: z.array(z.object({ id: z.string(), code: z.string() })),
  desiredGen: z.number().int(),
})

/** `GET /device/v1/desired`: the newest document if it is not the one the device has, and hints. */
export const DesiredQuery = z.object({
  gen: z.coerce.number().int().min(0).default(0),
  hash: z.string().max(80).optional(),
  conn: z.uuid(),
  wait: z.coerce.number().int().min(0).max(60).default(0),
})
export const DesiredResponse = z.object({ desired: SignedDesired.optional(), ctl: z.array(Control) })
