import { Desired, type SigningKey } from '@bootfleet/contracts'
import { sha256Hex } from '@bootfleet/pki'

/** How often a device says that it is there, and how often it polls over HTTPS. */
export const deviceTimes = { heartbeatSec: 60, pollSec: 60 } as const

/** What a desired document says, apart from its number and date. */
export type DesiredContent = Omit<Desired, 'v' | 'gen' | 'issuedAt' | 'config' | 'keys'> & {
  /** Other times than the usual ones, while the device is watched more closely. */
  readonly config?: Desired['config']
}

/** Public signing keys; members beyond those of the wire format are dropped. */
export type PublicKeys = readonly SigningKey[]

export interface DesiredInput {
  readonly content: DesiredContent
  readonly gen: number
  readonly issuedAt: Date
  readonly keys: PublicKeys
}

/** A document as it is stored and signed: exact bytes, and `sha256:` over them. */
export interface DesiredPayload {
  readonly payload: string
  readonly hash: string
}

/** Builds a desired document with its members in the order of the schema. Throws when the content is not valid. */
export function buildDesired({ content, gen, issuedAt, keys }: DesiredInput): Desired {
  return Desired.parse({
    config: deviceTimes,
    ...content,
    v: 1,
    gen,
    issuedAt: issuedAt.toISOString(),
    keys,
  })
}

/** The bytes of a document and their hash. */
export function encodeDesired(document: Desired): DesiredPayload {
  const payload = JSON.stringify(document)
  return { payload, hash: `sha256:${sha256Hex(payload)}` }
}

/** Reads a stored document back. */
export function parseDesired(payload: string): Desired {
  return Desired.parse(JSON.parse(payload))
}

/** Whether two documents ask for the same; number and date do not count. */
export function asksTheSame(one: Desired, other: Desired): boolean {
  return contentKey(one) === contentKey(other)
}

function contentKey({ gen: _gen, issuedAt: _issuedAt, ...content }: Desired): string {
  return JSON.stringify(content)
}

/** The document of a device that nothing is wanted of. */
export function idleContent(device: string, ops: DesiredContent['ops'] = {}): DesiredContent {
  const apply = { phase: 'none', jitterSec: 0, healthTimeoutSec: 600, onUnhealthy: 'rollback' } as const
  return { device, image: null, apply, ops }
}
