import { createHash, randomUUID } from 'node:crypto'
import { connectSession, type Session } from '@bootfleet/mqtt'
import { clock, type Arrival, type Connectable, type ConnectInput, type StateInput } from './protocol.ts'

const heartbeatMs = 60_000
const keepaliveSec = 120
export const firstImage = `sha256:${'0'.repeat(64)}`

/** A device that keeps to the protocol, and does no more than it has to. */
export class LoadedDevice {
  readonly id: string
  readonly #conn = randomUUID()
  readonly #onDesired: (arrival: Arrival) => void
  #session: Session | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #seq = 0
  #gen: number

  constructor({ id, gen }: Connectable, onDesired: (arrival: Arrival) => void) {
    this.id = id
    this.#gen = gen
    this.#onDesired = onDesired
  }

  /** TLS, CONNECT, SUBSCRIBE and a hello that the server has stored. */
  async connect({ port, ca, key }: ConnectInput, { certificate, hash }: Connectable): Promise<void> {
    this.#session = await connectSession({
      host: '127.0.0.1',
      port,
      tls: { ca, cert: certificate, key },
      clientId: this.id,
      keepaliveSec,
      timeoutMs: 60_000,
      will: { kind: 'up/presence', payload: this.#wrap({ conn: this.#conn, online: false, why: 'lwt' }) },
      onDown: (kind, payload) => {
        if (kind === 'dn/desired') this.#receive(payload)
      },
      onClose: () => clearInterval(this.#heartbeat),
    })
    const hello = {
      conn: this.#conn,
      lastGen: this.#gen,
      lastHash: hash,
      full: true,
      agent: 'bench',
      caps: ['download_only', 'rollback'],
      bootKey: 'b:0',
      booted: { digest: firstImage },
    }
    await this.#session.publish('up/hello', this.#wrap(hello))
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs)
  }

  /** Resolves when the report is stored. */
  async report(state: StateInput = idle(this.#gen)): Promise<void> {
    await this.#session?.publish('up/state', this.#wrap(stateBody(state)))
  }

  async end(): Promise<void> {
    clearInterval(this.#heartbeat)
    await this.#session?.end()
  }

  #receive(message: Buffer): void {
    const at = clock()
    const { payload: encoded } = JSON.parse(message.toString()) as { payload: string }
    const payload = Buffer.from(encoded, 'base64url').toString()
    const { gen } = JSON.parse(payload) as { gen: number }
    this.#gen = gen
    this.#onDesired({ device: this.id, gen, at, conn: this.#conn, payload })
    const hash = `sha256:${createHash('sha256').update(payload).digest('hex')}`
    // A connection that ends meanwhile shows where it is counted.
    this.#session?.publish('up/ack', this.#wrap({ gen, hash, phase: 'accepted' })).catch(() => {})
  }

  #beat(): void {
    const body = { conn: this.#conn, gen: this.#gen, lastSeq: this.#seq, boots: 0 }
    this.#session?.publish('tm/hb', this.#wrap(body)).catch(() => {})
  }

  #wrap(body: object): string {
    this.#seq += 1
    const [id, ts] = [randomUUID(), new Date().toISOString()]
    return JSON.stringify({ v: 1, id, inc: 1, epoch: 1, seq: this.#seq, ts, up: performance.now(), body })
  }
}

function idle(observedGen: number): StateInput {
  return { phase: 'idle', observedGen, bootKey: 'b:0', booted: firstImage }
}

/** A whole report, of about the size that agents send. */
export function stateBody({ phase, observedGen, bootKey, booted, staged }: StateInput): object {
  return {
    observedGen,
    phase,
    bootKey,
    booted: { ref: `registry.bench.test/os/edge@${booted}`, digest: booted, version: '1.0' },
    staged: staged === undefined ? null : { digest: staged, locked: true },
    rollback: null,
    health: { status: 'healthy', bootKey, failed: [] },
    attempt: null,
    grant: null,
    quarantined: [],
    errors: [],
    opsDone: {},
  }
}
