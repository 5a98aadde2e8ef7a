import { Desired, SignedDesired } from '@bootfleet/contracts'
import type { SigningKey } from '@bootfleet/contracts'
import { sha256Hex, verifyDesired } from '@bootfleet/pki'
import { record } from '../bootc/untrusted.ts'
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
  const kept = await read(state, trust)
  let { current } = kept

  return {
    current: () => current,
    verify: (signed) => verify(signed, { device: trust.device, keys: keysInForce(current, kept.keys) }),
    keep: async (verified, adopted) => {
      const keys = verified.doc.keys.length > 0 ? verified.doc.keys : keysInForce(current, kept.keys)
      await state.write(fileName, `${JSON.stringify({ signed: verified.signed, keys })}\n`)
      current = { ...verified, doc: { ...verified.doc, keys: [...keys] } }
      adopted()
    },
  }
}

function keysInForce(current: VerifiedDesired | undefined, others: readonly SigningKey[]): readonly SigningKey[] {
  return current !== undefined && current.doc.keys.length > 0 ? current.doc.keys : others
}

interface Kept {
  current?: VerifiedDesired
  /** What may sign the next one. */
  keys: readonly SigningKey[]
}

/**
 * What is on disk was verified when it came; it is read again without asking who signed it. A document that this
 * agent does not understand is left out, and the keys that came with it are not: an image that this machine went back from
 * may have had an agent that understood more.
 */
async function read(state: Store, trust: { device: string; keys: readonly SigningKey[] }): Promise<Kept> {
  const stored = (await readJson(state, fileName)) as { signed?: unknown; keys?: SigningKey[] } | undefined
  const signed = SignedDesired.safeParse(stored?.signed)
  if (!signed.success) return { keys: trust.keys }
  const bytes = Buffer.from(signed.data.payload, 'base64url')
  // The state directory of another incarnation: nothing in it is meant for this device.
  const isOwn = deviceIn(bytes) === trust.device
  const keys = isOwn && stored?.keys !== undefined && stored.keys.length > 0 ? stored.keys : trust.keys
  try {
    const verified = parse(bytes, signed.data)
    return isOwn ? { current: { ...verified, doc: { ...verified.doc, keys: [...keys] } }, keys } : { keys }
  } catch (error) {
    log('desired_lost', { detail: messageOf(error), remedy: 'none is needed: the server sends it again' })
    return { keys }
  }
}

function deviceIn(bytes: Buffer): unknown {
  try {
    return record(JSON.parse(bytes.toString('utf8')))?.['device']
  } catch {
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
