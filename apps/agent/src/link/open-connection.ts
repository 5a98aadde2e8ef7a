import { randomUUID } from 'node:crypto'
import type { Envelope } from '@bootfleet/contracts'
import type { Identity } from '../identity/identity.ts'
import { log } from '../log.ts'
import type { HttpsTransportInput } from './https-transport.ts'
import type { MqttTransportInput } from './mqtt-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** The ways to the control plane. Without HTTPS there is only MQTT. */
export interface Carriers {
  mqtt: (input: MqttTransportInput) => Promise<Transport>
  https: ((input: HttpsTransportInput) => Transport) | undefined
}

/** What a connection needs of the agent. */
export interface ConnectionInput {
  carriers: Carriers
  credentials: () => Promise<{ identity: Identity; key: string }>
  retryBaseMs: number
  will: (conn: string) => Envelope
  lastDesired: () => { gen: number; hash?: string }
  onDesired: TransportEvents['onDesired']
  onControl: TransportEvents['onControl']
}

export interface Connection {
  transport: Transport
  /** Resolves when it is gone. */
  closed: Promise<void>
}

/** Opens one connection by the way that is asked for, under a new name. Throws when it cannot be had. */
export async function openConnection(input: ConnectionInput, carrier: Transport['carrier']): Promise<Connection> {
  const { identity, key } = await input.credentials()
  const conn = randomUUID()
  let end = (): void => undefined
  const closed = new Promise<void>((resolve) => {
    end = resolve
  })
  const events: TransportEvents = {
    onDesired: input.onDesired,
    onControl: input.onControl,
    onClose: (reason) => {
      log('disconnected', { carrier, reason })
      end()
    },
  }
  const common = { identity, key, conn, events }
  if (carrier === 'mqtt') {
    return { transport: await input.carriers.mqtt({ ...common, will: input.will(conn) }), closed }
  }
  const { lastDesired, retryBaseMs } = input
  const transport = input.carriers.https?.({ ...common, lastDesired, retryBaseMs })
  if (transport === undefined) throw new Error('there is no way over HTTPS')
  return { transport, closed }
}
