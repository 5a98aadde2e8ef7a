import { Desired, SignedDesired } from '@bootfleet/contracts'
import type { SigningKey } from '@bootfleet/contracts'
import { sha256Hex, verifyDesired } from '@bootfleet/pki'
import { log, messageOf } from '../log.ts'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'

/** A desired document whose signature was checked. `hash` is over the signed bytes. */
export interface VerifiedDesired {
  doc: Desired
  hash: string
  signed: SignedDesired
}

const fileName = 'desired.json'

/** Keeps the newest desired document and the keys that may sign the next one. */
export interface DesiredStore {
  current: () => VerifiedDesired | undefined
  /** Throws when the document is not signed by a key in force, not for this device, or not readable. */
  verify: (signed: unknown) => Promise<VerifiedDesired>
  /**
   * Writes the document to disk, then takes it into force. `adopted` is called in the same instant, so that nobody ever
   * sees the new document together with what belonged to the old one.
   */
  keep: (verified: VerifiedDesired, adopted: () => void) => Promise<void>
}

export async function openDesiredStore(
  state: Store,
  trust: { device: string; keys: readonly SigningKey[] },
): Promise<DesiredStore> {
  let current = await read(state, trust)

  return {
    current: () => current,
    verify: (signed) => verify(signed, { device: trust.device, keys: keysInForce(current, trust.keys) }),
    keep: async (verified, adopted) => {
      const keys = verified.doc.keys.length > 0 ? verified.doc.keys : keysInForce(current, trust.keys)
      await state.write(fileName, `${JSON.stringify({ signed: verified.signed, keys })}\n`)
      current = { ...verified, doc: { ...verified.doc, keys: [...keys] } }
      adopted()
    },
  }
}

function keysInForce(current: VerifiedDesired | undefined, enrolled: readonly SigningKey[]): readonly SigningKey[] {
  return current !== undefined && current.doc.keys.length > 0 ? current.doc.keys : enrolled
}

/** What is on disk was verified when it came; it is read again without asking who signed it. */
async function read(state: Store, trust: { device: string }): Promise<VerifiedDesired | undefined> {
  const stored = (await readJson(state, fileName)) as { signed?: unknown; keys?: SigningKey[] } | undefined
  const signed = SignedDesired.safeParse(stored?.signed)
  if (!signed.success) return undefined
  const verified = parseKept(signed.data)
  if (verified === undefined) return undefined
  // The state directory of another incarnation: nothing in it is meant for this device.
  if (verified.doc.device !== trust.device) return undefined
  return { ...verified, doc: { ...verified.doc, keys: stored?.keys ?? [] } }
}

/** An image that this machine went back from may have had an agent that understood more. */
function parseKept(signed: SignedDesired): VerifiedDesired | undefined {
  try {
    return parse(Buffer.from(signed.payload, 'base64url'), signed)
  } catch (error) {
    log('desired_lost', { detail: messageOf(error), remedy: 'none is needed: the server sends it again' })
    return undefined
  }
}

async function verify(
  signed: unknown,
  trust: { device: string; keys: readonly SigningKey[] },
): Promise<VerifiedDesired> {
  const keys = trust.keys.map((key) => ({ ...key, alg: 'ES256', use: 'sig' }) as const)
  const bytes = await verifyDesired(signed, keys)
  const verified = parse(bytes, SignedDesired.parse(signed))
  if (verified.doc.device !== trust.device) throw new Error('this desired document is for another device')
  return verified
}

function parse(bytes: Uint8Array, signed: SignedDesired): VerifiedDesired {
  const doc = Desired.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  return { doc, hash: `sha256:${sha256Hex(bytes)}`, signed }
}
