import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Services } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import { openBroker, type OpenedBroker } from './broker/open-broker.ts'
import type { GatewayConfig } from './config.ts'
import { createIdentityCache, type IdentityCache } from './connections/identity-cache.ts'
import { createListenerCertificate, type ListenerCertificate } from './connections/listener-certificate.ts'
import { watchClones } from './connections/watch-clones.ts'
import { createDispatcher, type Dispatcher } from './dispatch/dispatcher.ts'
import { createPolls, type Polls } from './dispatch/polls.ts'
import { createSigner } from './dispatch/signer.ts'
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts'
import { createDeviceServer } from './http/device-server.ts'
import { createRequestIdentity } from './http/request-identity.ts'
import { createReceiver, type Receiver } from './ingest/receiver.ts'
import { createRejectLog, type RejectLog } from './ingest/reject-log.ts'

/** What a gateway consists of, wired and not started. */
export interface Parts {
  readonly services: Services
  readonly certificate: ListenerCertificate
  readonly identities: IdentityCache
  readonly broker: OpenedBroker
  readonly polls: Polls
  readonly rejects: RejectLog
  readonly metrics: GatewayMetrics
  readonly dispatcher: Dispatcher
  readonly receiver: Receiver
  readonly device: FastifyInstance
  /** Told of each sign that two machines share a device's identity. */
  readonly suspectClone: (deviceId: string) => void
  readonly stopping: AbortController
  readonly onError: (error: unknown) => void
}

/** The composition root. */
export async function openParts(config: GatewayConfig, services: Services, log: Logger): Promise<Parts> {
  const onError = (err: unknown) => log.error({ err }, 'something failed')
  const gatewayId = randomUUID()
  const certificate = await createListenerCertificate(services, config, onError)
  const { tls } = certificate
  const identities = createIdentityCache(services)
  const readIdentity = (fingerprint: string) => identities.read(fingerprint)
  const broker = openBroker(config, { owner: gatewayId, tls, readIdentity, onError })
  const polls = createPolls()
  const sign = createSigner(services)
  const rejects = createRejectLog(services, onError)
  const metrics = createGatewayMetrics({
    connections: () => broker.port.connections().size + polls.size(),
    queued: () => receiver.queue.size(),
  })
  const dispatcher = createDispatcher({ services, gatewayId, broker: broker.port, polls, sign, metrics, onError })
  const suspectClone = watchClones(services, dispatcher, log)
  const receiver: Receiver = createReceiver({
    services,
    metrics,
    rejects,
    onError,
    onStaleHello: suspectClone,
    onControl: ({ deviceId, control }, transport) => dispatcher.control(deviceId, control, transport),
  })
  const stopping = new AbortController()
  const identityOf = createRequestIdentity(services, readIdentity)
  const link = { services, gatewayId, identityOf, receiver, polls, sign, stopping: stopping.signal }
  const device = createDeviceServer({ ...link, tls, onError })
  certificate.keepFresh(broker.server)
  certificate.keepFresh(device.server as never)
  return {
    services,
    certificate,
    identities,
    broker,
    polls,
    rejects,
    metrics,
    dispatcher,
    receiver,
    device,
    suspectClone,
    stopping,
    onError,
  }
}
