import type { Tx } from '@bootfleet/db'
import { PkiError, verifySigningRequest, type VerifiedSigningRequest } from '@bootfleet/pki'
import { OperationError } from '../../errors.ts'

/** Verifies a signing request. Throws `invalid` (`invalid_csr`, `unsupported_key`) with the field `csr`. */
export async function verifyCsr(csr: string): Promise<VerifiedSigningRequest> {
  try {
    return await verifySigningRequest(csr)
  } catch (error) {
    if (!(error instanceof PkiError)) throw error
    throw new OperationError('invalid', error.message, { reason: error.code, field: 'csr', cause: error })
  }
}

/** Throws `conflict` when a device other than `deviceId` ever used this public key. */
export async function refuseForeignKey(
  tx: Tx,
  { publicKeySha256 }: VerifiedSigningRequest,
  deviceId: string | undefined,
): Promise<void> {
  const other = await tx.deviceCertificate.findFirst({
    where: { publicKeySha256, ...(deviceId !== undefined && { deviceId: { not: deviceId } }) },
    select: { deviceId: true },
  })
  if (!other) return
  const message = 'Another device uses this key. Create a new key on this device and enroll with that.'
  throw new OperationError('conflict', message, { reason: 'public_key_in_use', field: 'csr' })
}
