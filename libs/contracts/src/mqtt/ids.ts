import { z } from 'zod'

/** Ids that travel in topics. `*`, `>` and `.` leak or break on NATS and RabbitMQ. */
export const DeviceId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must match ^[a-z0-9][a-z0-9-]{0,62}$')

/** An OCI digest: `sha256:` and 64 lower-case hex digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits')

/** Names one connection of one device; made by the device, never reused. */
export const ConnectionId = z.uuid()

/** One boot of one machine: kernel boot id and soft-reboot count, `<uuid>:<n>`. */
export const BootKey = z.string().min(1).max(80)
