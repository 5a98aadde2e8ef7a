import type { Server, TlsOptions } from 'node:tls'
import type { DeviceIdentity } from '@bootfleet/operations'
import type { GatewayConfig } from '../config.ts'
import type { BrokerPort } from './broker-port.ts'
import { createEmbeddedBroker } from './embedded-broker.ts'
import { createMqttBroker } from './mqtt-broker.ts'

export interface OpenBrokerOptions {
  readonly owner: string
  readonly tls: TlsOptions
  readonly readIdentity: (fingerprint: string) => Promise<DeviceIdentity | undefined>
  readonly onError: (error: unknown) => void
}

export interface OpenedBroker {
  readonly port: BrokerPort
  /** The listener of the embedded broker. */
  readonly server?: Server
}

/** The broker that the configuration names, not started yet. */
export function openBroker(config: GatewayConfig, options: OpenBrokerOptions): OpenedBroker {
  if (config.broker) {
    const { owner: gatewayId, onError } = options
    return { port: createMqttBroker({ address: config.broker, gatewayId, onError }) }
  }
  const port = createEmbeddedBroker({ ...options, host: config.host, port: config.mqttPort })
  return { port, server: port.server }
}
