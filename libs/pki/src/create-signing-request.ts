import { createPrivateKeyPem, importKeyPair } from './private-key.ts'

/** A new device key: P-256, PKCS#8 PEM. Write it with mode 0600; it never leaves the device. */
export function createDeviceKey(): string {
  return createPrivateKeyPem()
}

/**
 * A certificate signing request (PEM) for the key. The server ignores the subject; `commonName` only helps a reader.
 * Signatures are random, so two requests for one key differ: keep the PEM and send the same one again on a retry.
 */
export async function createSigningRequest(
  privateKeyPem: string,
  options: { commonName?: string } = {},
): Promise<string> {
  // A device wants this once in years, and the library is large: it stays out of the memory of an agent that has its key.
  const { Pkcs10CertificateRequestGenerator, ecdsaWithSha256 } = await import('./x509-library.ts')
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [options.commonName ?? 'bootfleet device'] }],
    keys: await importKeyPair(privateKeyPem),
    signingAlgorithm: ecdsaWithSha256,
  })
  return `${request.toString('pem').trim()}\n`
}
