import { Control, limits } from '@bootfleet/contracts'
import type { Envelope } from '@bootfleet/contracts'
import { connectSession } from '@bootfleet/mqtt'
import type { Identity } from '../identity/identity.ts'
import { log } from '../log.ts'
import type { Transport, TransportEvents } from './transport.ts'

const connectMs = 20_000

export interface MqttTransportInput {
  identity: Identity
  key: string
  conn: string
  /** Published by the broker when the connection breaks. */
  will: Envelope
  events: TransportEvents
}

/** Connects over MQTT with the device's certificate. Throws MqttError. */
export async function openMqttTransport(input: MqttTransportInput): Promise<Transport> {
  const { identity, events } = input
  const session = await connectSession({
    host: identity.mqtt.host,
    port: identity.mqtt.port,
    tls: { ca: identity.ca, cert: identity.certificate, key: input.key },
    clientId: identity.device,
    will: { kind: 'up/presence', payload: JSON.stringify(input.will) },
    keepaliveSec: limits.keepaliveSec,
    timeoutMs: connectMs,
    onDown: (kind, payload) => {
      const message = parse(payload)
      if (kind === 'dn/desired') {
        events.onDesired(message)
        return
      }
      const control = Control.safeParse(message)
      if (control.success) events.onControl(control.data)
      else log('control_not_understood', {})
    },
    onClose: events.onClose,
  })
  return {
    conn: input.conn,
    carrier: 'mqtt',
    send: (kind, envelope) => session.publish(kind, JSON.stringify(envelope)),
    close: () => session.end(),
    destroy: session.destroy,
  }
}

function parse(payload: Buffer): unknown {
  if (payload.length > limits.packetBytes) return undefined
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
}
