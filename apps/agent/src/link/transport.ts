import type { Control, Envelope, UpKind } from '@bootfleet/contracts'

/** One connection to the control plane. What carries it, nobody else needs to know. */
export interface Transport {
  /** Names this connection; made by the device, never reused. */
  conn: string
  carrier: 'mqtt' | 'https'
  /** Resolves when the other side has answered, where that is not known from the start; never, if it never does. */
  opened?: Promise<void>
  /** Resolves when the message was taken over (`up/*`) or written (`tm/*`). Rejects when the connection is gone. */
  send: (kind: UpKind, envelope: Envelope) => Promise<void>
  /** A polite end. */
  close: () => Promise<void>
  /** Breaks it with no goodbye, as when the network is gone. */
  destroy: (reason: string) => void
}

export interface TransportEvents {
  /** A desired document, as it came: nothing of it is verified. */
  onDesired: (signed: unknown) => void
  onControl: (control: Control) => void
  /** Called once, when the connection is gone for whatever reason. */
  onClose: (reason: string) => void
}
