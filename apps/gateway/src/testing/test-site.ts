import { randomBytes, randomUUID } from 'node:crypto'
import { EnrollResponse, type EnrollRequest } from '@bootfleet/contracts'
import { loadAuthority, setupInstallation, type Services, type SetupResult } from '@bootfleet/operations'
import { createDeviceKey, createSigningRequest, newToken } from '@bootfleet/pki'
import { createLogger } from '@bootfleet/telemetry'
import type { BrokerAddress, GatewayConfig } from '../config.ts'
import { createGateway, type Gateway } from '../create-gateway.ts'
import { openServices } from '../open-services.ts'
import { requestJson, type JsonResponse } from './request-json.ts'
import { createTestDevice, type TestDevice } from './test-device.ts'

/** An installation with one gateway, as a test drives it. */
export interface TestSite {
  readonly config: GatewayConfig
  readonly services: Services
  readonly installation: SetupResult
  readonly ca: string
  gateway: Gateway
  createToken(options?: { maxUses?: number; requiresApproval?: boolean }): Promise<string>
  post(path: string, body: unknown): Promise<JsonResponse>
  enroll(hardwareId?: string): Promise<TestDevice>
  close(): Promise<void>
}

/** Sets up an installation in an empty database. */
export async function prepareSite(databaseUrl: string, broker?: BrokerAddress) {
  const config: GatewayConfig = {
    databaseUrl,
    secretKey: randomBytes(32).toString('hex'),
    host: '127.0.0.1',
    devicePort: 0,
    mqttPort: 0,
    health: { host: '127.0.0.1', port: 0 },
    publicHost: '127.0.0.1',
    told: { web: 'http://127.0.0.1:1', device: 'https://127.0.0.1:8443' },
    ...(broker && { broker }),
    logLevel: 'silent',
    sweepMs: 500,
  }
  const services = openServices(config)
  const installation = await setupInstallation(services, {
    organization: { slug: 'acme', name: 'Acme' },
    admin: { email: 'ada@example.org', password: 'correct horse', name: 'Ada' },
  })
  return { config, services, installation, ca: (await loadAuthority(services)).certificatePem }
}

/** Starts the gateway of a prepared site. `mqttPort` is the external broker's port for devices, if there is one. */
export async function startSite(
  prepared: Awaited<ReturnType<typeof prepareSite>>,
  mqttPort?: number,
): Promise<TestSite> {
  const { config, services, installation, ca } = prepared
  const site: TestSite = {
    ...prepared,
    gateway: await createGateway(config, createLogger('gateway', config.logLevel)),
    createToken: async ({ maxUses = 100, requiresApproval = false } = {}) => {
      const { token, sha256, display } = newToken('bfe')
      const { organizationId, groupId } = installation
      const data = {
        id: randomUUID(),
        organizationId,
        name: display,
        display,
        tokenSha256: sha256,
        groupId,
        labels: {},
      }
      const expiresAt = new Date(Date.now() + 3_600_000)
      await services.db.transaction('system', (tx) =>
        tx.enrollmentToken.create({ data: { ...data, maxUses, requiresApproval, createdBy: 'ada', expiresAt } }),
      )
      return token
    },
    post: (path, body) => requestJson({ port: site.gateway.ports.device, path, method: 'POST', body, tls: { ca } }),
    enroll: async (hardwareId = randomUUID()) => {
      const key = createDeviceKey()
      const request = await enrollRequest({ token: await site.createToken(), key, hardwareId })
      const answer = EnrollResponse.parse((await site.post('/device/v1/enroll', request)).json)
      if (answer.state !== 'issued') throw new Error('the enrollment is pending')
      const ports = () => ({ device: site.gateway.ports.device, mqtt: mqttPort ?? site.gateway.ports.mqtt ?? 0 })
      return createTestDevice({ ...answer, key, ports })
    },
    close: async () => {
      await site.gateway.close()
      await services.db.close()
    },
  }
  return site
}

/** What a machine sends to enroll. */
export async function enrollRequest({ token, key, hardwareId }: { token: string; key: string; hardwareId: string }) {
  const csr = await createSigningRequest(key)
  return { token, csr, hardwareId, architecture: 'amd64', agent: '1.0.0' } satisfies EnrollRequest
}
