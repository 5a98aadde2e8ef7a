import { randomUUID } from 'node:crypto'
import { Desired, type StateBody, type UpBody, type UpKind } from '@bootfleet/contracts'
import { buildIdleDesired, ingestBatch, type InboundMessage, type Services } from '@bootfleet/operations'

export type Behaviour = 'ok' | 'fails-to-boot' | 'unhealthy' | 'never-returns'

interface Enroll {
  readonly organizationId: string
  readonly groupId: string
  readonly index: number
  readonly booted: string
}

/** A device without an agent: it obeys its desired document in whole steps and reports through the real ingest. */
export class ScriptedDevice {
  readonly id: string
  readonly name: string
  behaviour: Behaviour = 'ok'
  /** Whether it says anything at all. */
  connected = true
  boots = 0
  booted: string
  staged: string | null = null
  /** What it would boot if it went back: the image before. */
  slot: string | null = null
  quarantined: string[] = []
  readonly #services: Services
  #seq = 0
  #conn: string = randomUUID()
  #bootKey: string = `${randomUUID()}:0`
  #attempt: StateBody['attempt'] = null

  private constructor(services: Services, input: { id: string; name: string; booted: string }) {
    this.#services = services
    this.id = input.id
    this.name = input.name
    this.booted = input.booted
  }

  /** Creates the device's rows and lets it say hello. */
  static async enroll(services: Services, { organizationId, groupId, index, booted }: Enroll): Promise<ScriptedDevice> {
    const id = services.newId()
    const name = `device-${String(index).padStart(3, '0')}`
    await services.db.transaction('system', async (tx) => {
      const row = {
        id,
        organizationId,
        groupId,
        hardwareId: name,
        name,
        labels: {},
        architecture: 'amd64',
        incarnation: 1,
        ops: {},
        enrolledAt: services.now(),
      }
      await tx.device.create({ data: row })
      await tx.deviceCertificate.create({
        data: {
          fingerprint: id,
          organizationId,
          deviceId: id,
          csrSha256: id,
          publicKeySha256: id,
          certificatePem: '',
          incarnation: 1,
          notAfter: new Date('2100-01-01T00:00:00.000Z'),
        },
      })
      await tx.deviceDesired.create({
        data: { deviceId: id, organizationId, updatedAt: services.now(), ...(await buildIdleDesired(services, id)) },
      })
    })
    const device = new ScriptedDevice(services, { id, name, booted })
    await device.connect()
    return device
  }

  /** Opens a new connection: hello, then the whole state. `lastGen`: of a document that the server has forgotten. */
  async connect({ lastGen }: { lastGen?: number } = {}): Promise<void> {
    this.connected = true
    this.#conn = randomUUID()
    const { gen, hash } = await this.#desiredRow()
    const hello = {
      conn: this.#conn,
      lastGen: lastGen ?? gen,
      lastHash: hash,
      full: true,
      agent: 'scripted',
      caps: ['download_only', 'rollback'],
      bootKey: this.#bootKey,
      booted: { digest: this.booted },
    }
    await this.#send('up/hello', hello)
    await this.report('idle')
  }

  /** Goes away politely. */
  async disconnect(): Promise<void> {
    await this.#goAway('shutdown')
  }

  async #goAway(why: 'shutdown' | 'reboot'): Promise<void> {
    await this.#send('up/presence', { conn: this.#conn, online: false, why })
    this.connected = false
  }

  /** Reads what is desired of it, does all it may, reports. */
  async obey(): Promise<void> {
    if (!this.connected) return
    const { desired } = await this.#desiredRow()
    const digest = desired.image?.ref.split('@')[1]
    if (!digest || desired.apply.phase === 'none') {
      this.staged = null
      return this.report(this.#isAttempted() ? 'healthy' : 'idle')
    }
    if (digest === this.booted) return this.report('healthy')
    if (this.quarantined.includes(digest)) return this.report('failed')
    if (desired.apply.phase === 'applied' && desired.apply.grant?.conn === this.#conn && this.staged === digest)
      return this.#reboot({ digest, gen: desired.gen })
    if (this.staged !== digest)
      this.#attempt = { id: randomUUID(), gen: desired.gen, target: digest, from: this.booted }
    this.staged = digest
    await this.report('staged')
  }

  #isAttempted(): boolean {
    return this.#attempt !== null
  }

  async #reboot({ digest, gen }: { digest: string; gen: number }): Promise<void> {
    const from = this.booted
    this.#attempt = { id: randomUUID(), gen, target: digest, from }
    await this.report('rebooting')
    this.boots += 1
    this.#bootKey = `${randomUUID()}:0`
    this.staged = null
    if (this.behaviour === 'never-returns') return this.#goAway('reboot')
    if (this.behaviour === 'fails-to-boot') {
      this.quarantined.push(digest)
      this.#attempt = { ...this.#attempt, outcome: 'rolled_back', detail: 'fell back' }
    } else {
      this.slot = from
      this.booted = digest
      this.#attempt = { ...this.#attempt, outcome: 'booted_target' }
    }
    await this.connect()
  }

  /** Sends its whole state. */
  async report(phase: StateBody['phase']): Promise<void> {
    if (!this.connected) return
    const { gen } = await this.#desiredRow()
    const unhealthy = this.behaviour === 'unhealthy' && this.boots > 0
    await this.#send('up/state', {
      observedGen: gen,
      phase,
      bootKey: this.#bootKey,
      booted: { digest: this.booted },
      staged: this.staged === null ? null : { digest: this.staged, locked: true },
      rollback: this.slot === null ? null : { digest: this.slot },
      health: { status: unhealthy ? 'unhealthy' : 'healthy', bootKey: this.#bootKey, failed: [] },
      attempt: this.#attempt,
      grant: null,
      quarantined: this.quarantined,
      errors: [],
      opsDone: {},
    })
  }

  /** Falls back to another image by itself. */
  async regress(digest: string): Promise<void> {
    this.slot = this.booted
    this.booted = digest
    this.#bootKey = `${randomUUID()}:0`
    await this.connect()
  }

  /** Sends what it likes, as a device that is out of order may. */
  say<K extends UpKind>(kind: K, body: UpBody<K>): Promise<void> {
    return this.#send(kind, body)
  }

  async #send<K extends UpKind>(kind: K, body: UpBody<K>): Promise<void> {
    this.#seq += 1
    const envelope = {
      v: 1,
      id: randomUUID(),
      inc: 1,
      epoch: 1,
      seq: this.#seq,
      ts: this.#services.now().toISOString(),
      up: this.#seq,
      body,
    }
    const message = {
      deviceId: this.id,
      transport: 'mqtt',
      gatewayId: 'test',
      up: { kind, envelope, body },
    } as InboundMessage
    const { results } = await ingestBatch(this.#services, [message])
    if (results[0]?.outcome === 'rejected')
      throw new Error(`${kind} was rejected: ${results[0].code} ${results[0].detail}`)
  }

  async #desiredRow(): Promise<{ gen: number; hash: string; desired: Desired }> {
    const row = await this.#services.db.transaction('system', (tx) =>
      tx.deviceDesired.findUniqueOrThrow({ where: { deviceId: this.id } }),
    )
    return { gen: Number(row.gen), hash: row.hash, desired: Desired.parse(JSON.parse(row.payload)) }
  }
}
