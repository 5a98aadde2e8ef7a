import { Aedes, type AedesPublishPacket, type AuthenticateError, type Client, type ConnectPacket } from 'aedes'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, TLSSocket, type Server, type TlsOptions } from 'node:tls'
import { setTimeout as delay } from 'node:timers/promises'
import { limits, topicOf } from '@bootfleet/contracts'
import type { DeviceIdentity } from '@bootfleet/operations'
import { BoundedMap } from '../connections/bounded-map.ts'
import { createPace, type Pace } from '../connections/pace.ts'
import type { BrokerHandlers, BrokerPort } from './broker-port.ts'
import { judgePublish, judgeWill, maySubscribe } from './embedded-rules.ts'
import { createPacketGuard } from './packet-guard.ts'
import { tlsPeerOf } from './tls-peer.ts'

const maxConnections = 15_000
const handshakesPerSecond = 300
/** Messages that would have to wait longer than this are a flood. */
const longestWaitMs = 10_000

/** What the broker itself must not deadlock or grow on; the reasons are measured in docs/device-protocol.md. */
const aedesOptions = {
  concurrency: 1000,
  drainTimeout: 5000,
  queueLimit: 100,
  maxTopicLevels: 8,
  keepaliveLimit: 300,
  connectTimeout: 10_000,
} as const

export interface EmbeddedBrokerOptions {
  readonly host: string
  readonly port: number
  readonly tls: TlsOptions
  /** The gateway's id. */
  readonly owner: string
  readonly readIdentity: (fingerprint: string) => Promise<DeviceIdentity | undefined>
  readonly onError: (error: unknown) => void
}

/** An MQTT broker inside the gateway, and the TLS listener that devices reach it by. */
export interface EmbeddedBroker extends BrokerPort {
  readonly server: Server
  /** The port, once started. */
  port(): number
}

interface Session {
  readonly deviceId: string
  readonly fingerprint: string
  readonly pace: Pace
  /** Another connection of the device took over: its will would report an end that is none. */
  superseded: boolean
}

/** Aedes over mutual TLS. A device's message is stored before its PUBACK is written. */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  const aedes = new Aedes(aedesOptions)
  const sessions = new WeakMap<Client, Session>()
  const live = new Map<string, Client>()
  const server = listenerOf(options, aedes)
  aedes.on('client', (client) => live.set(client.id, client))
  aedes.on('clientDisconnect', (client) => {
    if (live.get(client.id) === client) live.delete(client.id)
  })
  aedes.on('error' as 'closed', ((error: unknown) => options.onError(error)) as () => void)
  const parts = { aedes, sessions, live, paces: new BoundedMap<string, Pace>(maxConnections), options }
  return {
    caps: { ackAfterCommit: true, kick: true, shared: false },
    owner: options.owner,
    server,
    port: () => (server.address() as AddressInfo).port,
    start: async (handlers) => {
      await aedes.listen()
      guardConnections(parts, handlers)
      guardMessages(parts, handlers)
      server.listen(options.port, options.host)
      await once(server, 'listening')
    },
    publish: (deviceId, kind, payload) => publish(live.get(deviceId), topicOf(deviceId, kind), payload),
    kick: async (deviceId) => {
      const client = live.get(deviceId)
      if (client) await new Promise<void>((resolve) => client.close(resolve))
    },
    selfTest: async () => {
      if (!server.listening) throw new Error('the MQTT listener is closed')
    },
    connections: () => {
      const entries = [...live].map(([id, client]) => [sessions.get(client)?.fingerprint ?? '', id] as const)
      return new Map(entries)
    },
    close: async () => {
      server.close()
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

interface Parts {
  readonly aedes: Aedes
  readonly sessions: WeakMap<Client, Session>
  readonly live: Map<string, Client>
  /** Outlive connections, so that connecting again gains nothing. */
  readonly paces: Map<string, Pace>
  readonly options: EmbeddedBrokerOptions
}

function listenerOf({ tls }: EmbeddedBrokerOptions, aedes: Aedes): Server {
  const settings = {
    ...tls,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
  }
  const server = createServer(settings as TlsOptions, (socket) => {
    const accepts = createPacketGuard(limits.packetBytes)
    const read = socket.read.bind(socket)
    // Aedes takes its input by `read`, and would gather a packet of any announced length.
    socket.read = (size?: number): unknown => {
      const chunk: unknown = read(size)
      if (!(chunk instanceof Uint8Array) || accepts(chunk)) return chunk
      socket.destroy()
      return null
    }
    aedes.handle(socket)
  })
  server.maxConnections = maxConnections
  const admission = createPace({ perSecond: handshakesPerSecond, burst: handshakesPerSecond })
  server.on('connection', (socket) => {
    // Before the handshake has cost anything.
    if (admission.take(performance.now()) > 1000) socket.destroy()
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

function guardConnections(parts: Parts, { onTakeover, onRefusal }: BrokerHandlers): void {
  const { aedes, options } = parts
  aedes.preConnect = (client, packet: ConnectPacket, done) => {
    const deviceId = client.conn instanceof TLSSocket ? tlsPeerOf(client.conn)?.commonName : undefined
    const refused = packet.will && judgeWill(deviceId ?? '', packet.will as never)
    if (refused)
      onRefusal({ topic: packet.will?.topic ?? '', code: `will_${refused}`, detail: `of ${deviceId ?? '?'}` })
    // Nothing is kept for a device that is away.
    packet.clean = true
    done(refused ? new Error(`will refused: ${refused}`) : null, !refused)
  }
  aedes.authenticate = (client, ...[, , done]) => {
    const refuse = (returnCode: 3 | 5, code: string) => {
      onRefusal({ topic: 'connect', code, detail: `client id ${String(client.id).slice(0, 64)}` })
      done(Object.assign(new Error(code), { returnCode }) as AuthenticateError, false)
    }
    const admit = async () => {
      const peer = client.conn instanceof TLSSocket ? tlsPeerOf(client.conn) : undefined
      if (!peer?.authorized || peer.commonName !== client.id) return refuse(5, 'foreign_client_id')
      const identity = await options.readIdentity(peer.fingerprint)
      if (identity?.deviceId !== client.id) return refuse(5, 'certificate_not_in_force')
      if (openSession(parts, client, peer.fingerprint)) onTakeover(client.id)
      done(null, true)
    }
    admit().catch((error: unknown) => {
      options.onError(error)
      refuse(3, 'database_unavailable')
    })
  }
}

/** Says whether the device has another live connection, which ends with this. */
function openSession({ sessions, live, paces }: Parts, client: Client, fingerprint: string): boolean {
  const former = live.get(client.id)
  const formerSession = former && sessions.get(former)
  if (formerSession) formerSession.superseded = true
  const { messagesPerSecond: perSecond, messageBurst: burst } = limits
  const pace = paces.get(client.id) ?? createPace({ perSecond, burst })
  paces.set(client.id, pace)
  sessions.set(client, { deviceId: client.id, fingerprint, pace, superseded: false })
  return former !== undefined
}

function guardMessages({ aedes, sessions, options }: Parts, handlers: BrokerHandlers): void {
  aedes.authorizeSubscribe = (client, subscription, done) => {
    if (!maySubscribe(client.id, subscription.topic)) {
      handlers.onRefusal({ deviceId: client.id, topic: subscription.topic, code: 'forbidden_filter', detail: '' })
      done(null, null)
      return
    }
    subscription.qos = subscription.qos === 0 ? 0 : 1
    done(null, subscription)
  }
  aedes.authorizePublish = (client, packet, done) => {
    const session = client ? sessions.get(client) : undefined
    if (!client || !session || session.superseded) {
      done(new Error('no session'))
      return
    }
    const tell = async () =>
      done(await settle(accept(session, packet as AedesPublishPacket, { handlers, left: client.closed }), options))
    void tell()
  }
}

/** Aedes wants an error or none. */
function settle(work: Promise<void>, { onError }: EmbeddedBrokerOptions): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => {
      onError(error)
      return error instanceof Error ? error : new Error(String(error))
    },
  )
}

async function accept(
  { deviceId, fingerprint, pace }: Session,
  packet: AedesPublishPacket,
  { handlers, left }: { handlers: BrokerHandlers; left: boolean },
): Promise<void> {
  const judged = judgePublish(deviceId, packet)
  const waitMs = pace.take(performance.now())
  const refused = 'refused' in judged ? judged.refused : waitMs > longestWaitMs ? 'flood' : undefined
  if ('refused' in judged || refused !== undefined) {
    handlers.onRefusal({ deviceId, topic: packet.topic, code: refused ?? '', detail: `${packet.payload.length} bytes` })
    throw new Error(`publish refused: ${refused}`)
  }
  // Waiting here holds back this connection alone.
  if (waitMs > 0 && !left) await delay(waitMs)
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
  await handlers.onUp({ deviceId, fingerprint, kind: judged.kind, payload })
}

function publish(client: Client | undefined, topic: string, payload: string): Promise<'sent' | 'offline' | 'unknown'> {
  if (!client || client.closed) return Promise.resolve('offline')
  return new Promise((resolve) => {
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false } as const
    client.publish(packet, (error) => resolve(error ? 'unknown' : 'sent'))
  })
}
