import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { limits } from '@bootfleet/contracts'
import { generate, parser } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import type { SessionOptions } from './session-options.ts'

export interface PacketStreamHandlers {
  onOpen: () => void
  onPacket: (packet: Packet) => void
  /** Called once. */
  onClose: (reason: string) => void
}

/** MQTT packets over one socket. Never holds more than one packet of the largest size. */
export interface PacketStream {
  write: (packet: Packet, written?: (error?: Error | null) => void) => void
  end: () => void
  destroy: (reason: string) => void
}

export function openPacketStream(options: SessionOptions, handlers: PacketStreamHandlers): PacketStream {
  const socket = openSocket(options, handlers.onOpen)
  const packets = parser({ protocolVersion: 4 })
  let reason = 'the peer closed the connection'

  function destroy(why: string): void {
    if (socket.destroyed) return
    reason = why
    socket.destroy()
  }

  packets.on('packet', (packet) => {
    if (!socket.destroyed) handlers.onPacket(packet)
  })
  packets.on('error', (error: unknown) => destroy(`the peer does not speak MQTT 3.1.1: ${String(error)}`))
  socket.on('data', (chunk: Buffer) => {
    if (packets.parse(chunk) > limits.packetBytes) destroy('the peer sent a packet that is too large')
  })
  socket.on('error', (error) => {
    reason = error.message
  })
  socket.once('close', () => handlers.onClose(reason))
  return {
    write: (packet, written) => {
      socket.write(generate(packet), (error) => written?.(error))
    },
    end: () => socket.end(),
    destroy,
  }
}

function openSocket(options: SessionOptions, onOpen: () => void): Socket {
  const { host, port, tls } = options
  const address = { host, port, noDelay: true }
  if (tls === undefined) return connectTcp(address, onOpen)
  const { servername, ...credentials } = tls
  return connectTls({ ...address, ...credentials, ...(servername && { servername }), minVersion: 'TLSv1.2' }, onOpen)
}
