import type { Control, Envelope, UpBody, UpKind } from '@bootfleet/contracts'

/** How a message came. */
export interface Carrier {
  readonly transport: 'mqtt' | 'https'
  /** What holds the device's connection: a gateway's id, or the name of a shared broker. */
  readonly gatewayId: string
}

/** A validated message of the device that its transport authenticated. */
export interface InboundMessage extends Carrier {
  readonly deviceId: string
  /** Of the certificate that authenticated the connection, where the transport shows it. */
  readonly fingerprint?: string
  readonly up: ParsedUp
}

/** An envelope whose body is of its kind. */
export type ParsedUp = {
  [K in UpKind]: { readonly kind: K; readonly envelope: Envelope; readonly body: UpBody<K> }
}[UpKind]

export const rejectCodes = [
  'too_large',
  'malformed_json',
  'forbidden_content',
  'unsupported_version',
  'invalid_envelope',
  'invalid_body',
  'unknown_device',
  'removed',
  'revoked',
  'wrong_incarnation',
  'unprocessable',
] as const
export type RejectCode = (typeof rejectCodes)[number]

/** What became of a message; either way it is done with. */
export type IngestResult =
  /** `dropped`: there was no room for what may be dropped. */
  | { readonly outcome: 'stored' | 'duplicate' | 'dropped' }
  | { readonly outcome: 'rejected'; readonly code: RejectCode; readonly detail: string }

/** A hint for a device, to be sent after the batch has committed. */
export interface ControlReply {
  readonly deviceId: string
  readonly control: Control
}

export interface IngestOutcome {
  /** One for each message, in their order. */
  readonly results: readonly IngestResult[]
  readonly controls: readonly ControlReply[]
}
