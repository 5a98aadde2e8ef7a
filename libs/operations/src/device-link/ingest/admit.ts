import type { UpKind } from '@bootfleet/contracts'
import type { DeviceFacts } from './device-facts.ts'
import type { Carrier, InboundMessage, IngestResult, ParsedUp, RejectCode } from './inbound.ts'

/** A message of a device that may speak, with what is known of the device. */
export type Admitted<K extends UpKind = UpKind> = Extract<ParsedUp, { kind: K }> &
  Carrier & { readonly index: number; readonly facts: DeviceFacts }

/** Lets a message in, or says why not: the certificate and the incarnation are checked with every message. */
export function admit(
  message: InboundMessage,
  index: number,
  facts: DeviceFacts | undefined,
): Admitted | Extract<IngestResult, { outcome: 'rejected' }> {
  if (!facts) return reject('unknown_device', 'no device has this id')
  if (facts.removed) return reject('removed', 'the device was removed')
  const { fingerprint, up, transport, gatewayId } = message
  const inForce = fingerprint === undefined ? facts.fingerprints.length > 0 : facts.fingerprints.includes(fingerprint)
  if (!inForce) return reject('revoked', 'the certificate is not in force')
  if (up.envelope.inc !== facts.incarnation)
    return reject('wrong_incarnation', `the device is in incarnation ${facts.incarnation}, not ${up.envelope.inc}`)
  return { ...up, transport, gatewayId, index, facts }
}

/** The messages of one kind. */
export function ofKind<K extends UpKind>(messages: readonly Admitted[], ...kinds: readonly K[]): Admitted<K>[] {
  const wanted: readonly UpKind[] = kinds
  return messages.filter((message): message is Admitted<K> & Admitted => wanted.includes(message.kind))
}

function reject(code: RejectCode, detail: string) {
  return { outcome: 'rejected', code, detail } as const
}
