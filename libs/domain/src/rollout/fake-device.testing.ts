import type { ReportView } from './view.ts'
import { image, oldImage } from './view.testing.ts'

export const behaviours = [
  'normal',
  'flaky',
  'away',
  'returns_grant',
  'power_cut',
  'cannot_lock',
  'reboots_by_itself',
  'never_connects',
  'vanishes',
  'falls_back',
  'unhealthy',
  'never_returns',
  'regresses',
  'cannot_download',
] as const
export type Behaviour = (typeof behaviours)[number]

/** Devices that end well if they are given the time. */
export const benign: readonly Behaviour[] = behaviours.slice(0, behaviours.indexOf('never_connects'))

/** What the server told the device. */
export interface Told {
  readonly gen: number
  readonly phase: 'none' | 'staged' | 'applied'
  readonly image: string | null
  readonly grant: { readonly id: string; readonly conn: string } | null
}

/** What a device says to the server. */
export interface Link {
  readonly told: Told
  connect(conn: string): void
  disconnect(): void
  heard(): void
  report(report: Omit<ReportView, 'receivedAt'>): void
  returnGrant(id: string): void
  /** The device reboots by a grant. */
  goingDown(): void
}

export interface FakeDevice {
  readonly id: string
  readonly behaviour: Behaviour
  /** Fair in [0, 1). */
  readonly chance: () => number
  conn: string | null
  conns: number
  boots: number
  booted: string
  /** What it ran before that, in its other slot. */
  before: string
  staged: string | null
  pulling: string | null
  told: Told | null
  grant: { id: string; conn: string; until: number } | null
  returns: number
  attempt: ReportView['attempt']
  /** Images that it fell back from. */
  readonly quarantined: Set<string>
  /** The image that its behaviour is about, when that is about one. */
  bad: string
  health: string
  healthyAt: number
  busyUntil: number
  doing: 'idle' | 'downloading' | 'rebooting' | 'gone'
  next: string
  offUntil: number
  /** An image that it can never take. */
  fatal: string | null
  sent: string
}

/** A device on the old image. Other images than the bad one it takes well, whatever its behaviour. */
export function fakeDevice(id: string, behaviour: Behaviour, chance: () => number): FakeDevice {
  const starts = { away: Math.floor(chance() * 400_000), never_connects: Number.POSITIVE_INFINITY }
  return {
    id,
    behaviour,
    chance,
    conn: null,
    conns: 0,
    boots: 1,
    booted: oldImage,
    before: oldImage,
    staged: null,
    pulling: null,
    told: null,
    grant: null,
    returns: 0,
    attempt: null,
    quarantined: new Set(),
    bad: image,
    health: 'healthy',
    healthyAt: 0,
    busyUntil: 0,
    doing: 'idle',
    next: oldImage,
    offUntil: starts[behaviour as keyof typeof starts] ?? 0,
    fatal: null,
    sent: '',
  }
}

/** One look of the agent at itself and at what it was told. */
export function stepDevice(device: FakeDevice, link: Link, now: number): void {
  if (device.doing === 'gone' || device.offUntil > now) return
  if (device.doing === 'rebooting') {
    if (device.busyUntil > now) return
    boot(device, now)
    if ((device.doing as string) === 'gone') return
  }
  if (device.conn === null) connect(device, link)
  link.heard()
  readTold(device, link, now)
  giveBack(device, link, now)
  act(device, link, now)
  if (device.conn !== null) say(device, link)
  trouble(device, link, now)
}

function connect(device: FakeDevice, link: Link): void {
  device.conns += 1
  device.conn = `${device.id}-conn-${device.conns}`
  device.sent = ''
  link.connect(device.conn)
}

function readTold(device: FakeDevice, { told }: Link, now: number): void {
  if (device.told && told.gen <= device.told.gen) return
  device.told = told
  device.fatal = null
  device.grant = told.grant && { ...told.grant, until: now + 60_000 }
}

function giveBack(device: FakeDevice, link: Link, now: number): void {
  const { grant } = device
  if (!grant) return
  const refuses = device.behaviour === 'returns_grant' && device.returns < 2
  if (grant.conn === device.conn && grant.until > now && !refuses) return
  device.returns += 1
  device.grant = null
  // The word may be lost; the next report shows it as well.
  if (device.chance() < 0.7) link.returnGrant(grant.id)
}

function act(device: FakeDevice, link: Link, now: number): void {
  if (device.health === 'checking' && device.healthyAt <= now) return checked(device, link, now)
  if (device.doing === 'downloading' && device.busyUntil <= now) return downloaded(device)
  const wanted = wantedBy(device)
  if (wanted === null) return
  if (device.staged !== wanted) return download(device, wanted, now)
  if (device.grant) reboot(device, link, { wanted, now })
}

function wantedBy({ told, booted, quarantined }: FakeDevice): string | null {
  if (!told?.image || told.phase === 'none' || told.image === booted) return null
  return quarantined.has(told.image) ? null : told.image
}

function download(device: FakeDevice, wanted: string, now: number): void {
  if ((device.doing === 'downloading' && device.pulling === wanted) || device.fatal !== null) return
  if (device.behaviour === 'cannot_lock' && !device.grant) return
  device.doing = 'downloading'
  device.pulling = wanted
  device.busyUntil = now + 10_000 + Math.floor(device.chance() * 60_000)
}

function downloaded(device: FakeDevice): void {
  const { pulling, behaviour, bad } = device
  device.doing = 'idle'
  device.pulling = null
  if (pulling === null) return
  device.attempt = { target: pulling, outcome: null, detail: null }
  if (behaviour === 'cannot_download' && pulling === bad) device.fatal = pulling
  else device.staged = pulling
}

function reboot(device: FakeDevice, link: Link, { wanted, now }: { wanted: string; now: number }): void {
  device.grant = null
  link.goingDown()
  const cut = device.behaviour === 'power_cut' && device.returns === 0
  if (cut) device.returns = 1
  leave(device, link, { now, next: cut ? device.booted : wanted })
  if (cut) device.attempt = { target: wanted, outcome: 'never_finalized', detail: null }
}

function leave(device: FakeDevice, link: Link, { now, next }: { now: number; next: string }): void {
  device.doing = 'rebooting'
  if (device.chance() < 0.8) say(device, link)
  device.next = next
  device.busyUntil = now + 20_000 + Math.floor(device.chance() * 60_000)
  device.conn = null
  link.disconnect()
}

function boot(device: FakeDevice, now: number): void {
  device.boots += 1
  device.staged = null
  device.pulling = null
  device.grant = null
  device.doing = 'idle'
  if (device.next !== device.booted) device.before = device.booted
  device.booted = device.next
  device.health = 'checking'
  device.healthyAt = now + 10_000
  if (device.attempt?.target === device.booted && device.attempt.outcome === null) tried(device)
}

function tried(device: FakeDevice): void {
  const isBad = device.booted === device.bad
  if (device.behaviour === 'never_returns' && isBad) device.doing = 'gone'
  device.attempt = { target: device.booted, outcome: 'booted_target', detail: null }
  if (device.behaviour === 'falls_back' && isBad) fallBack(device, 'not started')
}

function fallBack(device: FakeDevice, detail: string): void {
  device.boots += 1
  device.booted = device.before
  device.quarantined.add(device.bad)
  device.attempt = { target: device.bad, outcome: 'rolled_back', detail }
}

function checked(device: FakeDevice, link: Link, now: number): void {
  const bad = device.behaviour === 'unhealthy' && device.booted === device.bad
  device.health = bad ? 'unhealthy' : 'healthy'
  if (!bad) return
  leave(device, link, { now, next: device.before })
  device.quarantined.add(device.bad)
  device.attempt = { target: device.bad, outcome: 'rolled_back', detail: 'health_failed' }
}

function say(device: FakeDevice, link: Link): void {
  const phase = device.doing === 'idle' ? (device.staged === null ? 'idle' : 'staged') : device.doing
  const text = whatIsNew(device, phase)
  if (text === device.sent) return
  device.sent = text
  link.report({
    observedGen: device.told?.gen ?? 0,
    phase,
    bootKey: `${device.id}-boot-${device.boots}`,
    bootedDigest: device.booted,
    stagedDigest: device.staged,
    stagedLocked: device.behaviour !== 'cannot_lock',
    health: device.health,
    grantId: device.grant?.id ?? null,
    attempt: device.attempt,
    errors: errorsOf(device),
    failedChecks: device.health === 'unhealthy' ? ['web'] : [],
  })
}

function errorsOf({ fatal }: FakeDevice): ReportView['errors'] {
  return fatal === null ? [] : [{ code: 'disk_full', detail: 'No space left.', retryable: false, digest: fatal }]
}

// All that a report may differ in, in less time than it takes to make one.
function whatIsNew(device: FakeDevice, phase: string): string {
  const { told, boots, booted, staged, health, grant, attempt, fatal } = device
  return `${told?.gen} ${phase} ${boots} ${booted} ${staged} ${health} ${grant?.id} ${attempt?.target} ${attempt?.outcome} ${attempt?.detail} ${fatal}`
}

// What happens to a machine besides updates.
function trouble(device: FakeDevice, link: Link, now: number): void {
  if (device.conn === null) return
  const { behaviour, chance, booted, bad, before } = device
  loseConnection(device, link, now)
  if (device.doing !== 'idle') return
  if (behaviour === 'reboots_by_itself' && device.boots < 4 && chance() < 0.03)
    leave(device, link, { now, next: booted })
  if (behaviour === 'regresses' && booted === bad && chance() < 0.04) {
    device.attempt = { target: bad, outcome: 'rolled_back', detail: 'left' }
    leave(device, link, { now, next: before })
  }
}

function loseConnection(device: FakeDevice, link: Link, now: number): void {
  const { behaviour, chance } = device
  const loses = (behaviour === 'flaky' && chance() < 0.06) || (behaviour === 'vanishes' && chance() < 0.04)
  if (!loses) return
  device.conn = null
  device.offUntil = behaviour === 'flaky' ? now + Math.floor(chance() * 120_000) : Number.POSITIVE_INFINITY
  link.disconnect()
}
