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
  staged: boolean
  told: Told | null
  grant: { id: string; conn: string; until: number } | null
  returns: number
  attempt: ReportView['attempt']
  quarantined: boolean
  health: string
  healthyAt: number
  busyUntil: number
  doing: 'idle' | 'downloading' | 'rebooting' | 'gone'
  next: string
  offUntil: number
  fatal: boolean
  sent: string
}

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
    staged: false,
    told: null,
    grant: null,
    returns: 0,
    attempt: null,
    quarantined: false,
    health: 'healthy',
    healthyAt: 0,
    busyUntil: 0,
    doing: 'idle',
    next: oldImage,
    offUntil: starts[behaviour as keyof typeof starts] ?? 0,
    fatal: false,
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
  device.fatal = false
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
  if (!device.told || device.told.phase === 'none' || device.booted === image || device.quarantined) return
  if (!device.staged) return download(device, now)
  if (device.grant) reboot(device, link, now)
}

function download(device: FakeDevice, now: number): void {
  if (device.doing === 'downloading' || device.fatal) return
  if (device.behaviour === 'cannot_lock' && !device.grant) return
  device.doing = 'downloading'
  device.busyUntil = now + 10_000 + Math.floor(device.chance() * 60_000)
}

function downloaded(device: FakeDevice): void {
  device.doing = 'idle'
  device.attempt = { target: image, outcome: null, detail: null }
  if (device.behaviour === 'cannot_download') device.fatal = true
  else device.staged = true
}

function reboot(device: FakeDevice, link: Link, now: number): void {
  device.grant = null
  link.goingDown()
  const cut = device.behaviour === 'power_cut' && device.returns === 0
  if (cut) device.returns = 1
  leave(device, link, { now, next: cut ? oldImage : image })
  if (cut) device.attempt = { target: image, outcome: 'never_finalized', detail: null }
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
  device.staged = false
  device.grant = null
  device.doing = 'idle'
  device.booted = device.next
  device.health = 'checking'
  device.healthyAt = now + 10_000
  if (device.booted === image && device.attempt?.outcome === null) tried(device)
}

function tried(device: FakeDevice): void {
  if (device.behaviour === 'never_returns') device.doing = 'gone'
  device.attempt = { target: image, outcome: 'booted_target', detail: null }
  if (device.behaviour === 'falls_back') fallBack(device, 'not started')
}

function fallBack(device: FakeDevice, detail: string): void {
  device.boots += 1
  device.booted = oldImage
  device.quarantined = true
  device.attempt = { target: image, outcome: 'rolled_back', detail }
}

function checked(device: FakeDevice, link: Link, now: number): void {
  const bad = device.behaviour === 'unhealthy' && device.booted === image
  device.health = bad ? 'unhealthy' : 'healthy'
  if (!bad) return
  leave(device, link, { now, next: oldImage })
  device.quarantined = true
  device.attempt = { target: image, outcome: 'rolled_back', detail: 'health_failed' }
}

function say(device: FakeDevice, link: Link): void {
  const phase = device.doing === 'idle' ? (device.staged ? 'staged' : 'idle') : device.doing
  const text = whatIsNew(device, phase)
  if (text === device.sent) return
  device.sent = text
  link.report({
    observedGen: device.told?.gen ?? 0,
    phase,
    bootKey: `${device.id}-boot-${device.boots}`,
    bootedDigest: device.booted,
    stagedDigest: device.staged ? image : null,
    stagedLocked: device.behaviour !== 'cannot_lock',
    health: device.health,
    grantId: device.grant?.id ?? null,
    attempt: device.attempt,
    errors: device.fatal ? [{ code: 'disk_full', detail: 'No space left.', retryable: false, digest: image }] : [],
    failedChecks: device.health === 'unhealthy' ? ['web'] : [],
  })
}

// All that a report may differ in, in less time than it takes to make one.
function whatIsNew(device: FakeDevice, phase: string): string {
  const { told, boots, booted, staged, health, grant, attempt, fatal } = device
  return `${told?.gen} ${phase} ${boots} ${booted} ${staged} ${health} ${grant?.id} ${attempt?.outcome} ${attempt?.detail} ${fatal}`
}

// What happens to a machine besides updates.
function trouble(device: FakeDevice, link: Link, now: number): void {
  if (device.conn === null) return
  const { behaviour, chance, booted } = device
  if (behaviour === 'flaky' && chance() < 0.06) loseConnection(device, link, now)
  if (device.doing !== 'idle') return
  if (behaviour === 'reboots_by_itself' && device.boots < 4 && chance() < 0.03)
    leave(device, link, { now, next: booted })
  if (behaviour === 'regresses' && booted === image && chance() < 0.04) {
    device.attempt = { target: image, outcome: 'rolled_back', detail: 'left' }
    leave(device, link, { now, next: oldImage })
  }
}

function loseConnection(device: FakeDevice, link: Link, now: number): void {
  device.conn = null
  device.offUntil = now + Math.floor(device.chance() * 120_000)
  link.disconnect()
}
