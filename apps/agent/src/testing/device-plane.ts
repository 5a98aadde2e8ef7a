import type { RegistryAuth, Control, Envelope, SignedDesired, UpKind } from '@bootfleet/contracts'
import type { createAuthority, createSigningKey } from '@bootfleet/pki'

export const device = 'd-test'
export const token = 'token-of-a-test-that-is-long-enough'

/** What the device routes need of the control plane behind them. */
export interface DevicePlane {
  readonly authority: Awaited<ReturnType<typeof createAuthority>>
  readonly signingKey: Awaited<ReturnType<typeof createSigningKey>>
  readonly enrollments: unknown[]
  /** Certificates that were issued, by fingerprint. */
  readonly certificates: Map<string, string>
  registryAuth: RegistryAuth | null
  pendingApprovals: number
  readonly gen: number
  readonly hash: string
  readonly mqttPort: number
  readonly httpsPort: number
  readonly signed: SignedDesired | undefined
  /** Ends the present long polls. */
  readonly polls: Set<() => void>
  readonly pendingControl: Control[]
  receive(kind: UpKind, envelope: Envelope): void
}
