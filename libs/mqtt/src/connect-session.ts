import { downKinds, limits, topicOf } from '@bootfleet/contracts'
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet'
import { createInFlight } from './in-flight.ts'
import type { InFlight } from './in-flight.ts'
import { startKeepalive } from './keepalive.ts'
import { MqttError } from './mqtt-error.ts'
import { openPacketStream } from './packet-stream.ts'
import type { PacketStream } from './packet-stream.ts'
import type { Session, SessionOptions } from './session-options.ts'

const subscribeId = 1
const subscribeRefused = 0x80
const refusals = [
  '',
  'protocol version',
  'client id',
  'server unavailable',
  'bad user name or password',
  'not authorised',
]

/**
 * Connects a device (MQTT 3.1.1, clean session), subscribes to its own two `dn/` topics and resolves once the broker
 * granted both. It never reconnects: whoever owns it decides when to try again. Throws MqttError `connect_failed`,
 * `connect_refused`, `subscribe_refused` or `timeout`.
 */
export function connectSession(options: SessionOptions): Promise<Session> {
  return new Promise((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 30_000
    let established = false
    let failure: MqttError | undefined
    const deadline = setTimeout(() => fail(new MqttError('timeout', `no session within ${timeoutMs} ms`)), timeoutMs)
    const keepalive = startKeepalive(options.keepaliveSec, {
      ping: () => stream.write({ cmd: 'pingreq' }),
      onSilence: () => stream.destroy('the broker is silent'),
    })
    const inFlight = createInFlight({
      maxInFlight: options.maxInFlight ?? 16,
      maxQueued: options.maxQueued ?? 256,
      timeoutMs,
      onTimeout: () => stream.destroy('the broker did not acknowledge in time'),
    })
    const stream = openPacketStream(options, { onOpen: () => stream.write(connectPacket(options)), onPacket, onClose })

    function fail(error: MqttError): void {
      failure = error
      stream.destroy(error.message)
    }

    function onPacket(packet: Packet): void {
      keepalive.heard()
      if (packet.cmd === 'connack') onConnack(packet.returnCode ?? 0)
      else if (packet.cmd === 'suback') onSuback(packet.granted)
      else if (packet.cmd === 'puback') inFlight.acknowledge(packet.messageId ?? 0)
      else if (packet.cmd === 'publish') deliver(packet, { options, stream })
    }

    function onConnack(returnCode: number): void {
      if (returnCode === 0) stream.write(subscribePacket(options.clientId))
      else fail(new MqttError('connect_refused', `the broker refused: ${refusals[returnCode] ?? `code ${returnCode}`}`))
    }

    function onSuback(granted: readonly unknown[]): void {
      if (granted.length !== downKinds.length || granted.includes(subscribeRefused)) {
        fail(new MqttError('subscribe_refused', 'the broker refused the subscription to the own dn/ topics'))
        return
      }
      established = true
      clearTimeout(deadline)
      resolve(sessionOf({ options, stream, inFlight }))
    }

    function onClose(reason: string): void {
      clearTimeout(deadline)
      keepalive.stop()
      inFlight.close(new MqttError('closed', `the session is closed: ${reason}`))
      if (established) options.onClose(reason)
      else reject(failure ?? new MqttError('connect_failed', `cannot connect to ${options.host}: ${reason}`))
    }
  })
}

function connectPacket({ clientId, username, password, will, keepaliveSec }: SessionOptions): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: keepaliveSec,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: Buffer.from(password) }),
    ...(will && { will: { topic: topicOf(clientId, will.kind), payload: will.payload, qos: 1, retain: false } }),
  }
}

function subscribePacket(clientId: string): Packet {
  const subscriptions = downKinds.map((kind) => ({ topic: topicOf(clientId, kind), qos: 1 as const }))
  return { cmd: 'subscribe', messageId: subscribeId, subscriptions }
}

function deliver(packet: IPublishPacket, to: { options: SessionOptions; stream: PacketStream }): void {
  const { options, stream } = to
  const kind = downKinds.find((known) => packet.topic === topicOf(options.clientId, known))
  try {
    // Nothing in this protocol is retained: what is, is a stranger's or a leftover.
    if (kind !== undefined && !packet.retain) options.onDown(kind, Buffer.from(packet.payload))
  } catch (error) {
    stream.destroy(`a message could not be handled: ${String(error)}`)
    return
  }
  if (packet.qos === 1 && packet.messageId !== undefined) stream.write({ cmd: 'puback', messageId: packet.messageId })
}

function sessionOf(parts: { options: SessionOptions; stream: PacketStream; inFlight: InFlight }): Session {
  const { options, stream, inFlight } = parts
  const { clientId } = options
  return {
    publish: async (kind, payload) => {
      if (Buffer.byteLength(payload) > limits.documentBytes) {
        throw new MqttError('too_large', `a message on ${kind} may have at most ${limits.documentBytes} bytes`)
      }
      const message = { cmd: 'publish', topic: topicOf(clientId, kind), payload, dup: false, retain: false } as const
      if (kind.startsWith('up/')) {
        await inFlight.add((messageId) => stream.write({ ...message, qos: 1, messageId }))
      } else {
        await new Promise<void>((resolve, reject) => {
          stream.write({ ...message, qos: 0 }, (error) =>
            error ? reject(new MqttError('closed', 'the session is closed', { cause: error })) : resolve(),
          )
        })
      }
    },
    end: () =>
      new Promise((resolve) => {
        stream.write({ cmd: 'disconnect' }, () => {
          stream.end()
          resolve()
        })
      }),
    destroy: (reason) => stream.destroy(reason),
  }
}
