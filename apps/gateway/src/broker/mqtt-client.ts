import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet'
import { limits } from '@bootfleet/contracts'
import type { BrokerAddress } from '../config.ts'
import { createMqttRequests, type MqttRequests } from './mqtt-requests.ts'

const answerMs = 10_000
const keepaliveSec = 30

export interface MqttClientOptions {
  readonly address: BrokerAddress
  readonly clientId: string
  /** `acknowledge` is there for QoS 1: the broker keeps the message until it is called. */
  readonly onMessage: (topic: string, payload: Buffer, acknowledge: (() => void) | undefined) => void
}

/** One connection to a broker (MQTT 3.1.1, clean session). It never reconnects. */
export interface MqttClient {
  /** Grants as in SUBACK: 128 is a refusal. */
  subscribe(filters: readonly string[]): Promise<readonly unknown[]>
  /** QoS 1; resolves at the PUBACK. */
  publish(topic: string, payload: string): Promise<void>
  /** Takes no more input while true. */
  hold(held: boolean): void
  /** Resolves with the reason when the connection is gone. */
  readonly closed: Promise<string>
  close(): void
}

/** Connects; rejects when the broker refuses or does not answer within ten seconds. */
export function connectMqtt(options: MqttClientOptions): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(options.address)
    let reason = 'the broker closed the connection'
    const fail = (why: string) => {
      if (!socket.destroyed) reason = why
      socket.destroy()
    }
    const write = (packet: Packet) => void socket.write(generate(packet))
    const requests = createMqttRequests(write, () => fail('the broker did not acknowledge in time'))
    const deadline = setTimeout(() => fail(`no answer to CONNECT within ${answerMs} ms`), answerMs)
    const stopBeating = keepAlive(socket, write, fail)
    const closed = new Promise<string>((setClosed) => {
      socket.once('close', () => {
        clearTimeout(deadline)
        stopBeating()
        requests.fail(new Error(reason))
        reject(new Error(reason))
        setClosed(reason)
      })
    })
    readPackets(socket, fail, (packet) => {
      if (packet.cmd === 'puback') requests.answered(packet.messageId, [])
      else if (packet.cmd === 'suback') requests.answered(packet.messageId, packet.granted)
      else if (packet.cmd === 'publish') hand(packet, socket, options)
      else if (packet.cmd !== 'connack') return
      else if (packet.returnCode !== 0) fail(`the broker refused the connection with code ${packet.returnCode}`)
      else {
        clearTimeout(deadline)
        resolve(clientOf(socket, requests, closed))
      }
    })
    socket.on('error', (error) => {
      reason = error.message
    })
    write(connectPacket(options))
  })
}

function clientOf(socket: Socket, requests: MqttRequests, closed: Promise<string>): MqttClient {
  return {
    subscribe: (filters) => {
      const subscriptions = filters.map((topic) => ({
        topic,
        qos: topic.includes('/tm/') ? (0 as const) : (1 as const),
      }))
      return requests.send((messageId) => ({ cmd: 'subscribe', messageId, subscriptions }))
    },
    publish: async (topic, payload) => {
      const message = { cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false } as const
      await requests.send((messageId) => ({ ...message, messageId }))
    },
    hold: (held) => void (held ? socket.pause() : socket.resume()),
    closed,
    close: () => {
      if (!socket.destroyed) socket.end(generate({ cmd: 'disconnect' }))
      socket.destroySoon()
    },
  }
}

function keepAlive(socket: Socket, write: (packet: Packet) => void, fail: (why: string) => void): () => void {
  let heardAt = performance.now()
  socket.on('data', () => {
    heardAt = performance.now()
  })
  const timer = setInterval(() => {
    // While input is held back, silence says nothing.
    if (!socket.isPaused() && performance.now() - heardAt > keepaliveSec * 2000) fail('the broker is silent')
    else write({ cmd: 'pingreq' })
  }, keepaliveSec * 1000)
  return () => clearInterval(timer)
}

function readPackets(socket: Socket, fail: (why: string) => void, onPacket: (packet: Packet) => void): void {
  const packets = parser({ protocolVersion: 4 })
  packets.on('packet', onPacket)
  packets.on('error', (error: unknown) => fail(`the broker does not speak MQTT 3.1.1: ${String(error)}`))
  socket.on('data', (chunk: Buffer) => {
    if (packets.parse(chunk) > limits.packetBytes * 2) fail('the broker sent a packet that is too large')
  })
}

function hand(packet: IPublishPacket, socket: Socket, { onMessage }: MqttClientOptions): void {
  const { topic, payload, qos, messageId = 0 } = packet
  const acknowledge = () => {
    if (!socket.destroyed) socket.write(generate({ cmd: 'puback', messageId }))
  }
  onMessage(topic, Buffer.from(payload), qos === 1 ? acknowledge : undefined)
}

function connectPacket({ address, clientId }: MqttClientOptions): Packet {
  const { username, password } = new URL(address.url)
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: keepaliveSec * 2,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: Buffer.from(decodeURIComponent(password)) }),
  }
}

function openSocket({ url, tls }: BrokerAddress): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replaceAll(/^\[|\]$/g, '')
  if (protocol === 'mqtt:') return connectTcp({ host, port: Number(port || 1883), noDelay: true })
  return connectTls({ host, port: Number(port || 8883), ...tls, minVersion: 'TLSv1.2' })
}
