import { connect, type TLSSocket } from 'node:tls'
import { generate, parser, type Packet } from 'mqtt-packet'

export interface RawClientInput {
  readonly port: number
  readonly tls: { readonly ca: string; readonly cert?: string; readonly key?: string }
}

/** A TLS connection that sends whatever a test wants, and notes what comes back. */
export interface RawClient {
  readonly socket: TLSSocket
  readonly packets: Packet[]
  isClosed(): boolean
  send(packet: Packet): void
  sendBytes(bytes: Uint8Array): void
}

export function openRawClient({ port, tls }: RawClientInput): RawClient {
  const packets: Packet[] = []
  let closed = false
  const socket = connect({ host: '127.0.0.1', port, ...tls })
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet) => packets.push(packet))
  socket.on('data', (chunk: Buffer) => incoming.parse(chunk))
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  const sendBytes = (bytes: Uint8Array) => void (closed || socket.write(bytes))
  return { socket, packets, isClosed: () => closed, sendBytes, send: (packet) => sendBytes(generate(packet)) }
}

/** A CONNECT packet of MQTT 3.1.1. */
export function connectPacket(clientId: string, extra: object = {}): Packet {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 60,
    ...extra,
  } as Packet
}

/** A PUBLISH packet of QoS 1. */
export function publishPacket(topic: string, payload: string | Buffer, extra: object = {}): Packet {
  return { cmd: 'publish', topic, payload, qos: 1, messageId: 7, dup: false, retain: false, ...extra } as Packet
}
