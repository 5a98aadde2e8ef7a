import type { Server, TlsOptions } from 'node:tls'
import { issueListenerCertificate, type Services } from '@bootfleet/operations'
import type { GatewayConfig } from '../config.ts'

const dayMs = 86_400_000
/** Of 90 days that a certificate is valid. */
const renewAfterDays = 60

/** The gateway's own TLS certificate, issued at start and again long before it expires. */
export interface ListenerCertificate {
  /** `ca` is what clients' certificates are checked against. */
  readonly tls: TlsOptions
  /** Gives new certificates to a listener as they come. */
  keepFresh(server: Server | undefined): void
  close(): void
}

export async function createListenerCertificate(
  services: Services,
  config: GatewayConfig,
  onError: (error: unknown) => void,
): Promise<ListenerCertificate> {
  const names = namesOf(config, services)
  const servers: Server[] = []
  const issue = async () => {
    const { chainPem, privateKeyPem, caPem } = await issueListenerCertificate(services, names)
    return { cert: chainPem, key: privateKeyPem, ca: caPem }
  }
  const tls = await issue()
  let issuedAt = services.now().getTime()
  async function renew(): Promise<void> {
    const now = services.now().getTime()
    if (now - issuedAt < renewAfterDays * dayMs) return
    const renewed = await issue()
    issuedAt = now
    for (const server of servers) server.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' })
  }
  const timer = setInterval(() => void renew().catch(onError), dayMs)
  timer.unref()
  return {
    tls,
    keepFresh: (server) => {
      if (server) servers.push(server)
    },
    close: () => clearInterval(timer),
  }
}

function namesOf({ host, publicHost }: GatewayConfig, { addresses }: Services): string[] {
  const told = [new URL(addresses.device).hostname.replaceAll(/^\[|\]$/g, ''), addresses.mqtt.host]
  const wildcard = host === '0.0.0.0' || host === '::'
  return [...new Set([...(wildcard ? [] : [host]), publicHost, ...told, 'localhost', '127.0.0.1'])]
}
