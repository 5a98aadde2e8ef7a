import { randomUUID } from 'node:crypto'
import {
  SignedDesired,
  type Control,
  type Desired,
  type Envelope,
  type SigningKey,
  type UpKind,
} from '@bootfleet/contracts'
import { connectSession, type Session } from '@bootfleet/mqtt'
import { verifyDesired } from '@bootfleet/pki'
import { requestJson, type JsonResponse } from './request-json.ts'

export interface DeviceFacts {
  readonly device: string
  readonly inc: number
  readonly certificate: string
  readonly ca: string
  readonly key: string
  readonly keys: readonly SigningKey[]
  readonly ports: () => { readonly device: number; readonly mqtt: number }
}

/** A connection of a test device, and what came over it. */
export interface TestLink {
  readonly session: Session
  readonly conn: string
  /** Verified desired documents. */
  readonly desired: Desired[]
  readonly controls: Control[]
  closed: string | undefined
  hello(last?: { gen: number; hash?: string }): Promise<void>
  send(kind: UpKind, body: object): Promise<void>
}

/** A device as the gateway sees it. It keeps to the protocol unless a test makes it do otherwise. */
export interface TestDevice extends DeviceFacts {
  readonly id: string
  /** The next envelope, or one of a given place in the order. */
  envelope(body: object, order?: { epoch?: number; seq?: number }): Envelope
  connect(options?: { clientId?: string; keepaliveSec?: number }): Promise<TestLink>
  get(path: string): Promise<JsonResponse>
  post(path: string, body: unknown): Promise<JsonResponse>
}

export function createTestDevice(facts: DeviceFacts): TestDevice {
  const { device: id, inc, ca, certificate: cert, key, ports } = facts
  let seq = 0
  const tls = { ca, cert, key }
  const envelope = (body: object, order: { epoch?: number; seq?: number } = {}): Envelope => {
    seq += 1
    return { v: 1, id: randomUUID(), inc, epoch: 1, seq, ts: new Date().toISOString(), up: seq, ...order, body }
  }
  return {
    ...facts,
    id,
    envelope,
    connect: ({ clientId = id, keepaliveSec = 60 } = {}) => connect({ ...facts, envelope }, { clientId, keepaliveSec }),
    get: (path) => requestJson({ port: ports().device, path, method: 'GET', tls }),
    post: (path, body) => requestJson({ port: ports().device, path, method: 'POST', body, tls }),
  }
}

type Connectable = DeviceFacts & Pick<TestDevice, 'envelope'>

async function connect(device: Connectable, options: { clientId: string; keepaliveSec: number }): Promise<TestLink> {
  const { ca, certificate: cert, key, ports, envelope } = device
  const conn = randomUUID()
  const link: Omit<TestLink, 'session'> & { session?: Session } = {
    conn,
    desired: [],
    controls: [],
    closed: undefined,
    hello: (last = { gen: 0 }) => send('up/hello', helloBody(conn, last)),
    send: (kind, body) => send(kind, body),
  }
  const session = await connectSession({
    host: '127.0.0.1',
    port: ports().mqtt,
    tls: { ca, cert, key },
    ...options,
    will: { kind: 'up/presence', payload: JSON.stringify(envelope({ conn, online: false, why: 'lwt' })) },
    timeoutMs: 20_000,
    onDown: (kind, payload) => {
      const message: unknown = JSON.parse(payload.toString('utf8'))
      if (kind === 'dn/ctl') link.controls.push(message as Control)
      else void verify(device, message).then((document) => link.desired.push(document))
    },
    onClose: (reason) => {
      link.closed = reason
    },
  })
  const send = (kind: UpKind, body: object) => session.publish(kind, JSON.stringify(envelope(body)))
  return Object.assign(link, { session })
}

async function verify({ keys }: DeviceFacts, message: unknown): Promise<Desired> {
  const jwks = keys.map((key) => ({ ...key, alg: 'ES256', use: 'sig' }) as const)
  const payload = await verifyDesired(SignedDesired.parse(message), jwks)
  return JSON.parse(Buffer.from(payload).toString('utf8')) as Desired
}

/** The body of a hello of a device that has the document `last`. */
export function helloBody(conn: string, last: { gen: number; hash?: string } = { gen: 0 }) {
  const { gen: lastGen, hash: lastHash } = last
  return {
    conn,
    lastGen,
    ...(lastHash !== undefined && { lastHash }),
    full: false,
    agent: '1.0.0',
    caps: [],
    bootKey: 'b:0',
    booted: {},
  }
}

/** A whole reported state. */
export function stateBody(booted = 'a') {
  const health = { status: 'healthy', bootKey: 'b:0', failed: [] }
  const digest = `sha256:${booted.repeat(64)}`
  return {
    observedGen: 1,
    phase: 'idle',
    bootKey: 'b:0',
    booted: { digest },
    staged: null,
    rollback: null,
    health,
    attempt: null,
    grant: null,
    quarantined: [],
    errors: [],
    opsDone: {},
  }
}
