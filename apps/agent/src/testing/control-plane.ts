import { randomUUID } from 'node:crypto'
import { createServer } from 'node:tls'
import type { Server, TlsOptions } from 'node:tls'
import type { AddressInfo, Socket } from 'node:net'
import { Desired, Envelope, parseUpTopic, topicOf, upBodies } from '@bootfleet/contracts'
import type { Control, EnrollmentDocument, RegistryAuth, SignedDesired, UpBody, UpKind } from '@bootfleet/contracts'
import {
  certificateSha256,
  createAuthority,
  createSigningKey,
  issueServerCertificate,
  sha256Hex,
  signDesired,
} from '@bootfleet/pki'
import { Aedes } from 'aedes'
import { device, token, type DevicePlane } from './device-plane.ts'
import { serveDevices } from './device-routes.ts'

export interface Received {
  kind: UpKind
  envelope: Envelope
  body: unknown
}

/** What a test wants of the device; the rest of the desired document is filled in. */
export type Wish = Partial<Omit<Desired, 'apply'>> & { apply?: Partial<Desired['apply']> }

/** The other side of the wire: a real broker and a real HTTPS server, and in place of the database what a test says. */
export class ControlPlane implements DevicePlane, AsyncDisposable {
  readonly received: Received[] = []
  /** Enrollment requests that came, tokens and all. */
  readonly enrollments: unknown[] = []
  readonly certificates = new Map<string, string>()
  pendingApprovals = 0
  registryAuth: RegistryAuth | null = null
  gen = 0
  hash = ''
  /** Where the broker tells devices to go; tests may point it elsewhere. */
  mqttPort = 0
  httpsPort = 0
  signed: SignedDesired | undefined
  wish: Wish = {}
  /** Ends the present long polls. */
  readonly polls = new Set<() => void>()
  pendingControl: Control[] = []
  private signing = Promise.resolve()
  private readonly broker: Aedes
  private tls: TlsOptions = {}
  private closeBroker = async (): Promise<void> => undefined
  private closeHttps = async (): Promise<void> => undefined

  private constructor(
    readonly authority: Awaited<ReturnType<typeof createAuthority>>,
    readonly signingKey: Awaited<ReturnType<typeof createSigningKey>>,
    broker: Aedes,
  ) {
    this.broker = broker
  }

  /** `behindProxy`: requests over HTTPS come without certificates. */
  static async start({ behindProxy = false } = {}): Promise<ControlPlane> {
    const now = new Date()
    const authority = await createAuthority({ commonName: 'bootfleet test', now })
    const names = ['localhost', '127.0.0.1']
    const server = await issueServerCertificate(authority, { names, now, validDays: 2 })
    const plane = new ControlPlane(authority, await createSigningKey({ now }), await Aedes.createBroker())
    const tls = { key: server.privateKeyPem, cert: server.chainPem, ca: authority.certificatePem, requestCert: true }
    plane.tls = tls
    await plane.startBroker()
    const https = serveDevices(plane, { ...tls, requestCert: !behindProxy, rejectUnauthorized: false })
    plane.closeHttps = await listen(https, 0)
    plane.httpsPort = (https.address() as AddressInfo).port
    plane.broker.authorizePublish = (_client, packet, done) => {
      const topic = parseUpTopic(packet.topic)
      if (topic !== undefined) plane.receive(topic.kind, JSON.parse(packet.payload.toString()))
      done(null)
    }
    return plane
  }

  enrollmentDocument(): EnrollmentDocument {
    const caSha256 = certificateSha256(this.authority.certificatePem)
    return { url: `https://127.0.0.1:${this.httpsPort}`, token, caSha256 }
  }

  /** Takes one device message by whatever way it came, and answers a hello as the gateway does. */
  receive(kind: UpKind, message: unknown): void {
    const envelope = Envelope.parse(message)
    const body = upBodies[kind].parse(envelope.body)
    this.received.push({ kind, envelope, body })
    if (kind !== 'up/hello') return
    const hello = body as UpBody<'up/hello'>
    if (hello.lastGen !== this.gen || hello.lastHash !== this.hash) void this.resend()
  }

  all<Kind extends UpKind>(kind: Kind): UpBody<Kind>[] {
    return this.received.filter((message) => message.kind === kind).map(({ body }) => body as UpBody<Kind>)
  }

  last<Kind extends UpKind>(kind: Kind): UpBody<Kind> | undefined {
    return this.all(kind).at(-1)
  }

  /** The reported state that is newest by the order of envelopes. */
  state(): UpBody<'up/state'> | undefined {
    return this.last('up/state')
  }

  /** Boot records without the repetitions of later connections. */
  boots(): UpBody<'up/boot'>[] {
    return [...new Map(this.all('up/boot').map((boot) => [boot.bootKey, boot])).values()]
  }

  conn(): string {
    return this.last('up/hello')?.conn ?? ''
  }

  /** Publishes the next generation. What is not said stays as it was, except the grant. */
  async desire(wish: Wish): Promise<void> {
    const { grant: _grant, ...apply } = this.wish.apply ?? {}
    this.wish = { ...this.wish, ...wish, apply: { ...apply, ...wish.apply } }
    this.gen += 1
    await this.resend(true)
  }

  /** Gives the grant on the present connection, in a new generation. */
  async grant(ttlSec = 60, id: string = randomUUID()): Promise<string> {
    await this.desire({ apply: { phase: 'applied', grant: { id, conn: this.conn(), ttlSec } } })
    return id
  }

  async control(control: Control): Promise<void> {
    this.pendingControl.push(control)
    for (const wake of this.polls) wake()
    await this.publish('dn/ctl', control)
  }

  /** Signs anew when asked to, and sends the current document. */
  async resend(anew = false): Promise<void> {
    if (this.gen === 0) return
    // One after another: a hello that comes while a generation is being signed gets that one, not another of its number.
    this.signing = this.signing.then(() => this.sign(anew))
    await this.signing
    for (const wake of this.polls) wake()
    if (this.signed !== undefined) await this.publish('dn/desired', this.signed)
  }

  /** The broker vanishes; devices have to find another way. */
  async stopBroker(): Promise<void> {
    await this.closeBroker()
    this.closeBroker = async () => undefined
  }

  /** It is back at its old address. */
  async startBroker(): Promise<void> {
    const server = createServer(this.tls, (socket) => this.broker.handle(socket))
    this.closeBroker = await listen(server, this.mqttPort)
    this.mqttPort = (server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wake of this.polls) wake()
    await this.closeBroker()
    await this.closeHttps()
    await new Promise<void>((resolve) => this.broker.close(() => resolve()))
  }

  private async sign(anew: boolean): Promise<void> {
    if (!anew && this.signed !== undefined) return
    const bytes = JSON.stringify(this.document())
    this.signed = await signDesired(bytes, this.signingKey)
    this.hash = `sha256:${sha256Hex(bytes)}`
  }

  private document(): Desired {
    const { alg: _alg, use: _use, ...key } = this.signingKey.publicJwk
    const { apply, ...rest } = this.wish
    return Desired.parse({
      v: 1,
      device,
      gen: this.gen,
      issuedAt: new Date().toISOString(),
      image: null,
      ops: {},
      config: { heartbeatSec: 1, pollSec: 1 },
      keys: [key],
      ...rest,
      apply: { phase: 'none', jitterSec: 0, healthTimeoutSec: 1, onUnhealthy: 'rollback', ...apply },
    })
  }

  private async publish(kind: 'dn/desired' | 'dn/ctl', message: unknown): Promise<void> {
    const packet = { cmd: 'publish', topic: topicOf(device, kind), payload: JSON.stringify(message) } as const
    await new Promise<void>((resolve) => {
      this.broker.publish({ ...packet, qos: 1, dup: false, retain: false }, () => resolve())
    })
  }
}

/** Gives what closes the server and all of its connections. */
async function listen(server: Server, port: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of open) socket.destroy()
    await closed
  }
}
