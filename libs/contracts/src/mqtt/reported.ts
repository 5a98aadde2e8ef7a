import { z } from 'zod'
import { BootKey, ConnectionId, Digest } from './ids.ts'

const text = (max: number) => z.string().max(max)
const gen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** One deployment as bootc names it. `imageDigest` is the manifest digest of the device's own architecture. */
export const ReportedImage = z.object({
  ref: text(512).optional(),
  digest: Digest.optional(),
  version: text(128).optional(),
  deployment: text(200).optional(),
})
export type ReportedImage = z.infer<typeof ReportedImage>

export const StagedImage = ReportedImage.extend({
  /** Locked: an ordinary reboot does not apply it. */
  locked: z.boolean(),
})

/** What the agent is doing now. */
export const reportPhases = [
  'idle',
  'downloading',
  'staged',
  'rebooting',
  'verifying',
  'healthy',
  'unhealthy',
  'failed',
] as const
export type ReportPhase = (typeof reportPhases)[number]

/** How the last attempt to boot a target ended, by the table of docs/agent.md. */
export const attemptOutcomes = [
  'booted_target',
  'finalize_failed',
  'never_finalized',
  'rolled_back',
  'diverged',
] as const

/** Stable codes for what went wrong on the device. `retryable` errors are tried again by the agent itself. */
export const agentErrorCodes = [
  'auth',
  'not_found',
  'network',
  'tls',
  'throttled',
  'disk_full',
  'policy',
  'architecture',
  'unsupported_host',
  'repository_corrupt',
  'bootc_failed',
  'bootc_timeout',
  'health_failed',
  'rejected_desired',
  'quarantined',
  'hook_refused',
  'user_session',
  'state_damaged',
] as const
export type AgentErrorCode = (typeof agentErrorCodes)[number]

export const AgentError = z.object({
  code: z.enum(agentErrorCodes),
  detail: text(1024),
  retryable: z.boolean(),
  digest: Digest.optional(),
})
export type AgentError = z.infer<typeof AgentError>

/** A health check that failed, with the tail of its output. */
export const FailedCheck = z.object({ check: text(128), output: text(1024).optional() })

export const Health = z.object({
  status: z.enum(['unknown', 'checking', 'healthy', 'unhealthy']),
  bootKey: BootKey,
  /** Names of the checks that failed, with the tail of their output. */
  failed: z.array(FailedCheck).max(20),
  /** Checks that failed and are not required. */
  warnings: z.array(FailedCheck).max(20).optional(),
})

export const Attempt = z.object({
  id: text(64),
  gen,
  target: Digest,
  from: Digest.optional(),
  outcome: z.enum(attemptOutcomes).optional(),
  detail: text(1024).optional(),
})

/** `up/state`: always the whole reported state. */
export const StateBody = z.object({
  observedGen: gen,
  observedHash: text(80).optional(),
  phase: z.enum(reportPhases),
  bootKey: BootKey,
  booted: ReportedImage,
  staged: StagedImage.nullable(),
  rollback: ReportedImage.nullable(),
  health: Health,
  attempt: Attempt.nullable(),
  /** The grant that the agent holds and has not returned. */
  grant: z.object({ id: z.uuid(), conn: ConnectionId }).nullable(),
  quarantined: z.array(Digest).max(20),
  errors: z.array(AgentError).max(20),
  opsDone: z.object({ reboot: gen.optional(), collectLogs: gen.optional(), unquarantine: gen.optional() }),
  inventoryHash: text(80).optional(),
  driftHash: text(80).optional(),
})
export type StateBody = z.infer<typeof StateBody>

/** What the agent can do on this host: `download_only`, `soft_reboot`, `rollback`, … Unknown words are kept. */
export const Capability = text(40)

/** `up/hello`: first message after SUBACK on every connection. */
export const HelloBody = z.object({
  conn: ConnectionId,
  lastGen: gen,
  lastHash: text(80).optional(),
  full: z.boolean(),
  agent: text(40),
  caps: z.array(Capability).max(40),
  bootKey: BootKey,
  booted: ReportedImage,
})
export type HelloBody = z.infer<typeof HelloBody>

/** `up/inventory` and `up/drift`: whole documents, sent when their hash changes. */
export const DocumentBody = z.object({ hash: text(80), document: z.record(z.string().max(64), z.json()) })
export type DocumentBody = z.infer<typeof DocumentBody>

/** `up/boot`: one record per boot, append-only, unique by (device, inc, boot key). */
export const BootBody = z.object({
  bootKey: BootKey,
  booted: ReportedImage,
  target: Digest.optional(),
  outcome: z.enum(['first_boot', 'reboot', ...attemptOutcomes]),
  health: z.enum(['unknown', 'healthy', 'unhealthy']),
  failed: z.array(text(128)).max(20),
  durationMs: z.number().int().min(0).optional(),
  detail: text(1024).optional(),
  /** Boots before this one that nobody will hear of: their records had to make room before they were taken over. */
  lostBefore: z.number().int().min(1).optional(),
})
export type BootBody = z.infer<typeof BootBody>

/** `up/ack`: what became of one desired document on the device's disk. */
export const AckBody = z.object({
  gen,
  hash: text(80),
  phase: z.enum(['accepted', 'rejected', 'stale', 'superseded', 'grant_returned']),
  grant: z.uuid().optional(),
  code: text(64).optional(),
  detail: text(1024).optional(),
})
export type AckBody = z.infer<typeof AckBody>

/** `up/presence`: the will, and the same payload on a polite goodbye. Counts only for the current `conn`. */
export const PresenceBody = z.object({
  conn: ConnectionId,
  online: z.boolean(),
  why: z.enum(['connected', 'lwt', 'shutdown', 'reboot']),
})
export type PresenceBody = z.infer<typeof PresenceBody>

/** `tm/hb`: small and droppable; an old `gen` or a gap in `lastSeq` or `boots` makes the server ask for more. */
export const HeartbeatBody = z.object({
  conn: ConnectionId,
  gen,
  lastSeq: z.number().int().min(0),
  boots: z.number().int().min(0),
})
export type HeartbeatBody = z.infer<typeof HeartbeatBody>

/** `tm/progress`: download progress, at most each 2 s. */
export const ProgressBody = z.object({
  gen,
  digest: Digest,
  bytes: z.number().int().min(0),
  bytesTotal: z.number().int().min(0),
  step: text(40),
})
export type ProgressBody = z.infer<typeof ProgressBody>

/** `tm/log`: a chunk of collected logs while a collection is open. */
export const LogBody = z.object({ op: gen, part: z.number().int().min(0), last: z.boolean(), text: text(32 * 1024) })
