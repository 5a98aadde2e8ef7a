import { randomUUID } from 'node:crypto'
import { Desired, type StateBody, type UpBody, type UpKind } from '@bootfleet/contracts'
import type { InboundMessage } from '../device-link/ingest/inbound.ts'

export const stormKinds = [
  'ok',
  'ok',
  'ok',
  'cannot-lock',
  'fails-to-boot',
  'unhealthy',
  'never-returns',
  'flaky',
  'refuses',
  'regresses',
  'returns-grant',
  'reboots',
] as const
export type StormKind = (typeof stormKinds)[number]

/** A stored document, as it may reach a device at once, late, twice or never. */
export interface StormDocument {
  readonly gen: number
  readonly hash: string
  readonly payload: string
}

/** A device with an agent's rules: newest document wins, grants count on their connection only, the whole state is told. */
export class StormDevice {
  readonly id: string
  readonly kind: StormKind
  /** Messages that have left the device and arrived nowhere yet. */
  readonly sent: InboundMessage[] = []
  /** Reboots by a grant, by the digest that they were for. */
  readonly reboots = new Map<string, number>()
  booted: string
  /** Down by a grant, until it is healthy again. */
  isDown = false
  isDead = false
  /** Misbehaves no more. */
  calm = false
  readonly #chance: () => number
  readonly #now: () => Date
  #seq = 0
  #conn: string | null = null
  #bootKey = `${randomUUID()}:0`
  #back = 0
  /** Moments for which it is switched off, whatever the weather. */
  #away = 0
  #staged: string | null = null
  #attempt: StateBody['attempt'] = null
  #health: 'healthy' | 'unhealthy' = 'healthy'
  #quarantined: string[] = []
  #document: (StormDocument & { desired: Desired }) | null = null
  #grant: { id: string; conn: string; until: number } | null = null
  #unquarantined = 0
  #mishaps = 1

  constructor(input: { id: string; kind: StormKind; booted: string; chance: () => number; now: () => Date }) {
    this.id = input.id
    this.kind = input.kind
    this.booted = input.booted
    this.#chance = input.chance
    this.#now = input.now
  }

  get connected(): boolean {
    return this.#conn !== null
  }

  /** A document arrives. An old one is refused, whatever it says. */
  receive(document: StormDocument): void {
    if (this.#conn === null) return
    const { gen, hash, payload } = document
    if (gen < (this.#document?.gen ?? 0)) return this.#send('up/ack', { gen, hash, phase: 'stale' })
    const isNew = gen > (this.#document?.gen ?? 0)
    const desired = Desired.parse(JSON.parse(payload))
    this.#document = { gen, hash, payload, desired }
    const { grant } = desired.apply
    if (isNew)
      this.#grant =
        grant && grant.conn === this.#conn
          ? { id: grant.id, conn: grant.conn, until: this.#now().getTime() + grant.ttlSec * 1000 }
          : null
    const asked = desired.ops.unquarantine ?? 0
    if (asked > this.#unquarantined) this.#quarantined = []
    this.#unquarantined = Math.max(this.#unquarantined, asked)
    this.#send('up/ack', { gen, hash, phase: 'accepted' })
  }

  get isAway(): boolean {
    return this.#away > 0
  }

  /** Lives for a moment, and says how it is. */
  step(): void {
    if (this.isDead) return
    this.#away -= 1
    if (this.isAway) return
    if (this.#back > 0) return this.#comeBack()
    if (this.#conn === null) return this.calm || this.#chance() < 0.4 ? this.#connect() : undefined
    if (this.#mishap()) return
    this.#report(this.#obey())
    if (this.calm || this.#chance() < 0.5) this.#beat()
  }

  /** Nobody is told of it. */
  loseConnection(): void {
    this.#leave()
  }

  /** The server misses something: everything is said again. */
  resync(): void {
    if (this.#conn !== null) this.#greet(this.#conn)
  }

  #mishap(): boolean {
    if (this.calm || this.#chance() > 0.15) return false
    if (this.kind === 'flaky') {
      const conn = this.#conn ?? randomUUID()
      if (this.#chance() < 0.7) this.#send('up/presence', { conn, online: false, why: 'lwt' })
      // Longer than a rollout, or a roll-back, waits for anybody.
      if (this.#chance() < 0.1) this.#away = 60
      this.#leave()
      return true
    }
    if (this.kind === 'reboots') {
      this.#leave()
      this.#bootKey = `${randomUUID()}:0`
      this.#staged = null
      return true
    }
    return false
  }

  #leave(): void {
    this.#conn = null
    this.#grant = null
  }

  #connect(): void {
    this.#conn = randomUUID()
    this.#greet(this.#conn)
  }

  #beat(): void {
    const gen = this.#document?.gen ?? 0
    if (this.#conn !== null) this.#send('tm/hb', { conn: this.#conn, gen, lastSeq: this.#seq, boots: 0 })
  }

  #greet(conn: string): void {
    this.#send('up/hello', {
      conn,
      lastGen: this.#document?.gen ?? 0,
      ...(this.#document && { lastHash: this.#document.hash }),
      full: true,
      agent: 'storm',
      caps: this.kind === 'cannot-lock' ? ['rollback'] : ['download_only', 'rollback'],
      bootKey: this.#bootKey,
      booted: { digest: this.booted },
    })
    this.#report(this.#health === 'healthy' ? 'healthy' : 'unhealthy')
  }

  #obey(): StateBody['phase'] {
    if (this.#isTired()) return this.#moveBack()
    if (this.#health === 'unhealthy') return this.#fallBack()
    const digest = this.#wanted()
    if (digest === null) {
      this.#staged = null
      return 'idle'
    }
    if (digest === this.booted) return 'healthy'
    if (this.#quarantined.includes(digest) || this.kind === 'refuses') return 'failed'
    return this.#stage(digest)
  }

  #isTired(): boolean {
    if (this.kind !== 'regresses' || this.#mishaps <= 0) return false
    return this.#attempt?.outcome !== undefined && this.#chance() < 0.1
  }

  #wanted(): string | null {
    const desired = this.#document?.desired
    return desired?.apply.phase === 'none' ? null : (desired?.image?.ref.split('@')[1] ?? null)
  }

  #stage(digest: string): StateBody['phase'] {
    const granted = this.#usableGrant()
    const mayStage = this.kind !== 'cannot-lock' || granted
    if (this.#staged !== digest && mayStage && this.#chance() < 0.7) this.#staged = digest
    if (this.#staged !== digest) return mayStage ? 'downloading' : 'idle'
    if (!granted) return 'staged'
    if (this.kind === 'returns-grant' && this.#mishaps > 0) return this.#returnGrant('jitter')
    return this.#reboot(digest)
  }

  #usableGrant(): boolean {
    if (this.#grant === null || this.#grant.conn !== this.#conn) return false
    if (this.#now().getTime() < this.#grant.until) return true
    this.#returnGrant('expired')
    return false
  }

  #returnGrant(code: string): 'staged' {
    const [grant, document] = [this.#grant, this.#document]
    this.#grant = null
    this.#mishaps -= 1
    if (grant && document)
      this.#send('up/ack', { gen: document.gen, hash: document.hash, phase: 'grant_returned', grant: grant.id, code })
    return 'staged'
  }

  #reboot(digest: string): 'rebooting' {
    this.#attempt = { id: randomUUID(), gen: this.#document?.gen ?? 0, target: digest, from: this.booted }
    this.reboots.set(digest, (this.reboots.get(digest) ?? 0) + 1)
    this.isDown = true
    this.#report('rebooting')
    this.#leave()
    this.#staged = null
    if (this.kind === 'never-returns') this.isDead = true
    this.#back = 1 + Math.floor(this.#chance() * 3)
    return 'rebooting'
  }

  #comeBack(): void {
    this.#back -= 1
    if (this.#back > 0 || this.#attempt === null) return
    this.#bootKey = `${randomUUID()}:0`
    const { target } = this.#attempt
    if (this.kind === 'fails-to-boot' && this.#mishaps > 0) {
      this.#quarantine(target, 'fell back')
    } else {
      this.booted = target
      this.#attempt = { ...this.#attempt, outcome: 'booted_target' }
      if (this.kind === 'unhealthy' && this.#mishaps > 0) this.#health = 'unhealthy'
    }
    this.#connect()
  }

  #fallBack(): 'unhealthy' | 'idle' {
    if (this.#chance() < 0.5) return 'unhealthy'
    this.booted = this.#attempt?.from ?? this.booted
    this.#bootKey = `${randomUUID()}:0`
    this.#health = 'healthy'
    this.#leave()
    this.#quarantine(this.#attempt?.target ?? '', 'health checks failed')
    this.#connect()
    return 'idle'
  }

  #quarantine(digest: string, detail: string): void {
    this.#mishaps -= 1
    this.#quarantined = [digest]
    if (this.#attempt) this.#attempt = { ...this.#attempt, outcome: 'rolled_back', detail }
  }

  #moveBack(): 'idle' {
    this.#mishaps -= 1
    this.booted = this.#attempt?.from ?? this.booted
    this.#bootKey = `${randomUUID()}:0`
    this.#leave()
    this.#connect()
    return 'idle'
  }

  #errors(phase: StateBody['phase']): StateBody['errors'] {
    const digest = this.#wanted()
    if (this.kind !== 'refuses' || phase !== 'failed' || digest === null) return []
    return [{ code: 'disk_full', detail: 'no space left', retryable: false, digest }]
  }

  #report(phase: StateBody['phase']): void {
    if (this.#conn === null) return
    if (this.#health === 'healthy' && phase !== 'rebooting') this.isDown = false
    this.#send('up/state', {
      observedGen: this.#document?.gen ?? 0,
      phase,
      bootKey: this.#bootKey,
      booted: { digest: this.booted },
      staged: this.#staged === null ? null : { digest: this.#staged, locked: this.kind !== 'cannot-lock' },
      rollback: null,
      health: { status: this.#health, bootKey: this.#bootKey, failed: [] },
      attempt: this.#attempt,
      grant: this.#grant && { id: this.#grant.id, conn: this.#grant.conn },
      quarantined: this.#quarantined,
      errors: this.#errors(phase),
      opsDone: {},
    })
  }

  #send<K extends UpKind>(kind: K, body: UpBody<K>): void {
    this.#seq += 1
    const ts = this.#now().toISOString()
    const envelope = { v: 1, id: randomUUID(), inc: 1, epoch: 2, seq: this.#seq, ts, up: this.#seq, body }
    const up = { kind, envelope, body }
    this.sent.push({ deviceId: this.id, transport: 'mqtt', gatewayId: 'storm', up } as InboundMessage)
  }
}
