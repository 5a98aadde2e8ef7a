import type { DownKind, UpKind } from '@bootfleet/contracts'

/** A message of a device as a broker hands it on: the topic is checked, the payload is not. */
export interface RawMessage {
  readonly deviceId: string
  /** Of the certificate on the connection, where the broker shows it to us. */
  readonly fingerprint?: string
  readonly kind: UpKind
  readonly payload: Uint8Array
}

/** Something that a broker refused by itself. */
export interface Refusal {
  readonly deviceId?: string
  readonly topic: string
  readonly code: string
  readonly detail: string
}

export interface BrokerHandlers {
  /** Resolves once the message is durable or refused for good: only then it is acknowledged. Rejects: try again later. */
  readonly onUp: (message: RawMessage) => Promise<void>
  /** A connection replaced a live one of the same device. */
  readonly onTakeover: (deviceId: string) => void
  readonly onRefusal: (refusal: Refusal) => void
}

export type KickReason = 'revoked' | 'removed' | 'admin'

/** What carries messages between devices and this gateway. */
export interface BrokerPort {
  readonly caps: {
    /** A device's PUBACK means that the message is committed. Otherwise heartbeats show what was lost on the way. */
    readonly ackAfterCommit: boolean
    /** `kick` closes the connection itself. Otherwise it only asks the device to go. */
    readonly kick: boolean
    /** Several gateways share the broker: each may send to every device. */
    readonly shared: boolean
  }
  /** Who holds the connections: the `gateway_id` of devices that come through this broker. */
  readonly owner: string
  start(handlers: BrokerHandlers): Promise<void>
  publish(deviceId: string, kind: DownKind, payload: string): Promise<'sent' | 'offline' | 'unknown'>
  kick(deviceId: string, why: KickReason): Promise<void>
  /** Proves that what this adapter relies on works. Throws what is wrong. */
  selfTest(): Promise<void>
  /** Connected devices by fingerprint, where the broker knows. */
  connections(): ReadonlyMap<string, string>
  close(): Promise<void>
}
