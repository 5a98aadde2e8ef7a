import type { DownKind, UpKind } from '@bootfleet/contracts'

/** Mutual TLS, all PEM. `ca` is the only authority that is trusted. */
export interface SessionTls {
  ca: string
  cert: string
  key: string
  /** The name that the server's certificate must carry, when it is not `host`. */
  servername?: string
}

/** Published by the broker under `up/presence` when the connection breaks. */
export interface SessionWill {
  kind: 'up/presence'
  payload: string
}

export interface SessionOptions {
  host: string
  port: number
  /** Without it the connection is plain TCP: for a broker on loopback only. */
  tls?: SessionTls
  /** The device id: it names the connection and all topics. */
  clientId: string
  username?: string
  password?: string
  will?: SessionWill
  keepaliveSec: number
  /** Bound for connecting, subscribing and each PUBACK. Default 30 000. */
  timeoutMs?: number
  /** Messages that wait for their PUBACK at a time; more wait in a queue of at most `maxQueued`. Defaults 16 and 256. */
  maxInFlight?: number
  maxQueued?: number
  /** Called once for each message of the server, in order. An exception closes the session. */
  onDown: (kind: DownKind, payload: Buffer) => void
  /** Called once, after a session that was established is gone, however that came about. */
  onClose: (reason: string) => void
}

export interface Session {
  /**
   * Sends one message. `up/*` is QoS 1 and resolves at the PUBACK; `tm/*` is QoS 0 and resolves when it was written.
   * Throws MqttError `closed`, `timeout`, `queue_full` or `too_large`; a timeout also closes the session.
   */
  publish: (kind: UpKind, payload: string | Buffer) => Promise<void>
  /** Sends DISCONNECT, so that the broker drops the will, and closes. */
  end: () => Promise<void>
  /** Breaks the connection; the broker then publishes the will. */
  destroy: (reason: string) => void
}
