import { z } from 'zod'
import type { Tx } from '@bootfleet/db'
import {
  certificateSha256,
  createAuthority,
  createSigningKey,
  type Authority,
  type PrivateJwk,
  type PublicJwk,
} from '@bootfleet/pki'
import { OperationError } from '../errors.ts'
import type { Services } from '../services.ts'

const authorityPurpose = 'device-ca'
const signingPurpose = 'desired-signing'
/** A desired document has room for so many. */
const maxSigningKeys = 4

const Jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
})
const SealedJwk = Jwk.extend({ d: z.string() })

/** The key that signs desired documents now, and the public keys that devices may still trust (that one among them). */
export interface SigningKeys {
  readonly current: { readonly kid: string; readonly privateJwk: PrivateJwk }
  readonly all: readonly PublicJwk[]
}

/** Creates the device CA unless there is one. Says whether it did. */
export async function ensureAuthority(tx: Tx, { now, secrets }: Services): Promise<boolean> {
  const existing = await tx.installationKey.count({ where: { purpose: authorityPurpose, retiredAt: null } })
  if (existing > 0) return false
  const { certificatePem, privateKeyPem } = await createAuthority({ commonName: 'bootfleet device CA', now: now() })
  const id = certificateSha256(certificatePem)
  const sealedPrivate = secrets.seal(privateKeyPem, sealContext(id))
  await tx.installationKey.create({
    data: { id, purpose: authorityPurpose, publicPart: certificatePem, sealedPrivate, createdAt: now() },
  })
  return true
}

/** Creates a signing key unless there is one. Says whether it did. */
export async function ensureSigningKey(tx: Tx, { now, secrets }: Services): Promise<boolean> {
  const existing = await tx.installationKey.count({ where: { purpose: signingPurpose, retiredAt: null } })
  if (existing > 0) return false
  const { kid, publicJwk, privateJwk } = await createSigningKey({ now: now() })
  await tx.installationKey.create({
    data: {
      id: kid,
      purpose: signingPurpose,
      publicPart: JSON.stringify(publicJwk),
      sealedPrivate: secrets.seal(JSON.stringify(privateJwk), sealContext(kid)),
      createdAt: now(),
    },
  })
  return true
}

/** The device CA. Throws `unavailable` before the installation was set up. */
export async function readAuthority(tx: Tx, { secrets }: Services): Promise<Authority> {
  const row = await tx.installationKey.findFirst({
    where: { purpose: authorityPurpose, retiredAt: null },
    orderBy: { createdAt: 'desc' },
  })
  if (!row) throw notSetUp('device CA')
  return { certificatePem: row.publicPart, privateKeyPem: secrets.open(row.sealedPrivate, sealContext(row.id)) }
}

/** The public signing keys in force, newest first. Throws `unavailable` before the installation was set up. */
export async function readPublicSigningKeys(tx: Tx): Promise<PublicJwk[]> {
  const rows = await signingRows(tx)
  return rows.map(({ publicPart }) => Jwk.parse(JSON.parse(publicPart)))
}

/** The device CA with its private key. */
export function loadAuthority(services: Services): Promise<Authority> {
  return services.db.transaction('system', (tx) => readAuthority(tx, services))
}

/** The signing keys with the private half of the newest: for who sends desired documents. */
export function loadSigningKeys(services: Services): Promise<SigningKeys> {
  return services.db.transaction('system', async (tx) => {
    const rows = await signingRows(tx)
    const newest = rows[0]
    if (!newest) throw notSetUp('signing key')
    const privateJwk = SealedJwk.parse(JSON.parse(services.secrets.open(newest.sealedPrivate, sealContext(newest.id))))
    return {
      current: { kid: newest.id, privateJwk },
      all: rows.map(({ publicPart }) => Jwk.parse(JSON.parse(publicPart))),
    }
  })
}

/** The public signing keys in force: for who writes desired documents. */
export function loadPublicSigningKeys(services: Services): Promise<PublicJwk[]> {
  return services.db.transaction('system', readPublicSigningKeys)
}

async function signingRows(tx: Tx) {
  const rows = await tx.installationKey.findMany({
    where: { purpose: signingPurpose, retiredAt: null },
    orderBy: { createdAt: 'desc' },
    take: maxSigningKeys,
  })
  if (rows.length === 0) throw notSetUp('signing key')
  return rows
}

function sealContext(id: string): string {
  return `installation_key:${id}`
}

function notSetUp(what: string): OperationError {
  return new OperationError(
    'unavailable',
    `This installation has no ${what} yet. Set it up first: npm run admin -- setup.`,
    {
      reason: 'not_set_up',
    },
  )
}
