import { issueServerCertificate, type ServerCertificate } from '@bootfleet/pki'
import type { Services } from '../services.ts'
import { loadAuthority } from './installation-keys.ts'

const validDays = 90

/** A TLS certificate of the device CA for a listener that devices reach by `names`, and that CA. Valid for 90 days. */
export async function issueListenerCertificate(
  services: Services,
  names: readonly string[],
): Promise<ServerCertificate & { caPem: string }> {
  const authority = await loadAuthority(services)
  const issued = await issueServerCertificate(authority, { names: [...new Set(names)], now: services.now(), validDays })
  return { ...issued, caPem: authority.certificatePem }
}
