import { Envelope, limits, upBodies, type UpKind } from '@bootfleet/contracts'
import type { IngestResult, ParsedUp } from './inbound.ts'
import { inspectJson } from './inspect-json.ts'

type Reject = Extract<IngestResult, { outcome: 'rejected' }>
type RejectCode = Reject['code']

const smallKinds: readonly UpKind[] = ['up/hello', 'up/ack', 'up/presence', 'tm/hb', 'tm/progress']
/** Far beyond any real number, and far from where numbers stop being exact. */
const maxGen = 2 ** 52

/** Reads the bytes of one message. Never throws: what is not valid comes back as a reject. */
export function parseUp(kind: UpKind, bytes: Uint8Array): ParsedUp | Reject {
  const limit = smallKinds.includes(kind) ? limits.smallDocumentBytes : limits.documentBytes
  if (bytes.length > limit) return reject('too_large', `${bytes.length} bytes, and ${kind} may have ${limit}`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    return reject('malformed_json', error instanceof Error ? error.message : 'not JSON')
  }
  return checkUp(kind, value)
}

/** Checks a message that is JSON already. Never throws. */
export function checkUp(kind: UpKind, value: unknown): ParsedUp | Reject {
  const content = inspectJson(value)
  if (content !== undefined) return reject('forbidden_content', content)
  const version: unknown = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined
  if (version !== 1) return reject('unsupported_version', `v is ${String(version).slice(0, 20)}, this server speaks 1`)
  const envelope = Envelope.safeParse(value)
  if (!envelope.success) return reject('invalid_envelope', describe(envelope.error.issues))
  const body = upBodies[kind].safeParse(envelope.data.body)
  if (!body.success) return reject('invalid_body', describe(body.error.issues))
  const parsed = { kind, envelope: envelope.data, body: body.data } as ParsedUp
  return genOf(parsed) > maxGen ? reject('invalid_body', 'the number of the desired document is too large') : parsed
}

/** Whether reading a message gave a reject. */
export function isReject(result: ParsedUp | Reject): result is Reject {
  return 'outcome' in result
}

function genOf(up: ParsedUp): number {
  if (up.kind === 'up/hello') return up.body.lastGen
  if (up.kind === 'up/state') return up.body.observedGen
  return up.kind === 'up/ack' || up.kind === 'tm/hb' ? up.body.gen : 0
}

function reject(code: RejectCode, detail: string): Reject {
  return { outcome: 'rejected', code, detail: detail.slice(0, 300) }
}

function describe(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'document'}: ${message}`)
    .join('; ')
}
