import { decide } from './decide.ts'
import type { Decision, TargetChange } from './decision.ts'
import { stepDevice, type FakeDevice, type Link, type Told } from './fake-device.testing.ts'
import type { RolloutState } from './lifecycle.ts'
import type { PolicySpec } from './policy.ts'
import { hasEnded, type TargetState } from './target-lifecycle.ts'
import { aReport, image, oldImage } from './view.testing.ts'
import type { BucketsView, DeviceView, GroupView, Instant, RolloutView, TargetView, WaveView } from './view.ts'
import { planWaves } from './waves.ts'

type Row = Omit<TargetView, 'device' | 'holdsSlot'>
type Presence = Pick<DeviceView, 'connected' | 'conn' | 'connectedAt' | 'lastSeenAt' | 'report'>

export interface WorldOptions {
  readonly policy: PolicySpec
  readonly devices: readonly FakeDevice[]
  readonly slots: number
  readonly maxDownloading: number
  /** A budget that also counts by the value of a label. */
  readonly buckets?: { readonly slots: number; readonly of: (deviceId: string) => string | null }
  /** Whether the group may be granted anything. */
  readonly closedAt: (now: Instant) => boolean
  /** Sees each decision before it is written down. */
  readonly watch: (world: World, view: RolloutView, decision: Decision) => void
}

/** A rollout with its rows in memory, on a virtual clock. Writes decisions down as the operations do. */
export interface World {
  readonly options: WorldOptions
  readonly devices: ReadonlyMap<string, FakeDevice>
  readonly links: Map<string, Link>
  now: Instant
  state: RolloutState
  wakeAt: Instant | null
  because: Decision['because']
  readonly waves: WaveView[]
  readonly rows: Map<string, Row>
  /** By device: the boot key of the grant. */
  readonly slots: Map<string, string>
  readonly told: Map<string, Told>
  readonly presence: Map<string, Presence>
  /** Devices that rebooted by a grant and have not been heard healthy since. */
  readonly down: Set<string>
  hint: boolean
  ids: number
}

export function makeWorld(options: WorldOptions): World {
  const planned = planWaves(options.policy.waves, options.devices.length)
  const absent = { connected: false, conn: null, connectedAt: null, lastSeenAt: null, report: null }
  const map = <T>(make: (id: string) => T) => new Map(options.devices.map(({ id }) => [id, make(id)]))
  return {
    options,
    devices: new Map(options.devices.map((device) => [device.id, device])),
    links: new Map(),
    now: 0,
    state: 'running',
    wakeAt: 0,
    because: { code: '', message: '' },
    waves: planned.map(({ index, rule, size }) => {
      return { index, rule, size, state: 'pending', openedAt: null, excused: 0, counts: {} }
    }),
    rows: map((deviceId) => aRow(deviceId)),
    slots: new Map(),
    told: map(() => ({ gen: 1, phase: 'none', grant: null }) as const),
    presence: map(() => absent),
    down: new Set(),
    hint: true,
    ids: 0,
  }
}

function aRow(deviceId: string): Row {
  const soak = { soakBootKey: null, soakUntil: null }
  const place = {
    groupId: 'group-1',
    wave: null,
    accept: [image],
    fromDigest: oldImage,
    fromBootKey: null,
    firstGrantedAt: null,
  }
  const since = { state: 'pending', stateSince: 0, dueAt: null, reason: null } as const
  return { deviceId, ...place, ...since, ...soak, grant: null, recalled: false, attempts: 0 }
}

/** Lets time pass: devices act, then the rollout takes turns until it asks for none. */
export function tick(world: World, ms: number): void {
  world.now += ms
  for (const device of world.options.devices) stepDevice(device, linkOf(world, device), world.now)
  settle(world)
}

function settle(world: World): void {
  for (let turns = 0; isDue(world); turns++) {
    if (turns > 40) throw new Error(`the rollout does not come to rest: ${world.because.message}`)
    world.hint = false
    const view = viewOf(world)
    const decision = decide(view, world.now)
    world.options.watch(world, view, decision)
    write(world, decision)
  }
}

function isDue(world: World): boolean {
  const due = (at: Instant | null) => at !== null && at <= world.now
  return world.hint || due(world.wakeAt) || [...world.rows.values()].some(({ dueAt }) => due(dueAt))
}

/** The facts of the rollout, with the targets that the operations would load. */
export function viewOf(world: World): RolloutView {
  const targets = [...world.rows.values()]
    .map((row) => targetOf(world, row))
    .filter((target) => isPicked(world, target))
  const unassigned = [...world.rows.values()].filter(({ wave, state }) => wave === null && state === 'pending').length
  return {
    state: world.state,
    policy: world.options.policy,
    waves: world.waves.map((wave) => ({ ...wave, counts: countWave(world, wave.index) })),
    groups: { 'group-1': groupOf(world) },
    targets,
    unassigned,
    more: false,
    grantIds: targets.map(() => `grant-${++world.ids}`),
  }
}

function targetOf(world: World, row: Row): TargetView {
  const device = world.devices.get(row.deviceId)
  const presence = world.presence.get(row.deviceId)
  if (!device || !presence) throw new Error(`no device ${row.deviceId}`)
  const { quarantined, behaviour } = device
  const facts = {
    removed: false,
    canLock: behaviour !== 'cannot_lock',
    quarantined,
    busyWith: null,
    desiredGen: toldTo(world, row.deviceId).gen,
  }
  const bucket = world.options.buckets?.of(row.deviceId)
  return { ...row, bucket, holdsSlot: world.slots.has(row.deviceId), device: { ...presence, ...facts } }
}

const early: readonly TargetState[] = ['pending', 'offered', 'downloading', 'staged']
const swept: Partial<Record<RolloutState, readonly TargetState[]>> = {
  pausing: ['granted'],
  aborting: [...early, 'granted'],
}

function isPicked(world: World, target: TargetView): boolean {
  const { now, state } = world
  if (target.dueAt !== null && target.dueAt <= now) return true
  if (state !== 'running') return swept[state]?.includes(target.state) ?? false
  if (!target.device.connected) return early.includes(target.state) && isOverdue(world)
  return canBeGiven(world, target)
}

function canBeGiven({ now, options }: World, { state, device }: TargetView): boolean {
  if (state === 'granted') return options.closedAt(now)
  return state === 'pending' || state === 'staged' || (state === 'offered' && !device.canLock)
}

function isOverdue({ now, waves, options }: World): boolean {
  const opened = waves.at(-1)?.openedAt ?? Number.POSITIVE_INFINITY
  return opened + options.policy.timeouts.giveUpAfterSec * 1000 <= now
}

/** How many targets of a wave are in each state. */
export function countWave({ rows }: World, index: number): WaveView['counts'] {
  const counts: Partial<Record<TargetState, number>> = {}
  for (const { wave, state } of rows.values()) if (wave === index) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

function groupOf({ options, slots, rows, now }: World): GroupView {
  const closed = options.closedAt(now) ? { code: 'window.closed', message: 'It is closed.' } : null
  const downloading = [...rows.values()].filter(({ state }) => state === 'offered' || state === 'downloading').length
  const { slots: limit, maxDownloading } = options
  const reopensAt = closed && now + 30_000
  const common = { slots: limit, slotsTaken: slots.size, maxDownloading, downloading, closed }
  return { ...common, windowUntil: null, reopensAt, buckets: bucketsOf(options, [...slots.keys()]) }
}

function bucketsOf({ buckets }: WorldOptions, holders: readonly string[]): BucketsView | undefined {
  if (!buckets) return undefined
  const values = [...new Set(holders.map(buckets.of))]
  const of = values.map((value) => {
    const held = holders.filter((deviceId) => buckets.of(deviceId) === value)
    return { value, slots: buckets.slots, taken: held.length, holders: held }
  })
  return { label: 'site', of, rest: buckets.slots }
}

function write(world: World, decision: Decision): void {
  const changes = new Map<string, TargetChange[]>()
  for (const change of decision.targets) changes.set(change.deviceId, [...(changes.get(change.deviceId) ?? []), change])
  for (const [deviceId, list] of changes) fold(world, deviceId, list)
  for (const { index, state } of decision.waves) {
    const wave = world.waves[index]
    const asked = state === 'pending' || wave?.asked === true
    if (wave) world.waves[index] = { ...wave, state, asked, openedAt: state === 'open' ? world.now : wave.openedAt }
  }
  if (decision.rollout) world.state = decision.rollout.to
  world.because = decision.because
  world.wakeAt = decision.wakeAt
}

function fold(world: World, deviceId: string, list: readonly TargetChange[]): void {
  const row = world.rows.get(deviceId)
  if (!row) throw new Error(`no target ${deviceId}`)
  // What a later change leaves out stays as an earlier one said; a reason belongs to its own change.
  const end = list.reduce(({ reason: _outdated, ...earlier }, later) => ({ ...earlier, ...later }))
  if (list.every(({ event }) => event === undefined)) {
    world.rows.set(deviceId, { ...row, dueAt: end.dueAt })
    return
  }
  const moved = list.some(({ from, to }) => from !== to)
  world.rows.set(deviceId, rowAfter(row, end, { now: world.now, since: moved ? world.now : row.stateSince }))
  if (end.slot === 'take') world.slots.set(deviceId, end.grant?.bootKey ?? '')
  if (end.slot === 'free') world.slots.delete(deviceId)
  instruct(world, deviceId, end.instruct)
}

function rowAfter(row: Row, end: TargetChange, { now, since }: { now: Instant; since: Instant }): Row {
  const { to, reason = null, dueAt, wave = row.wave, recalled = row.recalled, attempts = row.attempts } = end
  const after = { ...row, state: to, reason, dueAt, wave, recalled, attempts, stateSince: since }
  return { ...after, ...soakAfter(row, end), grant: grantAfter(row, end, now) }
}

function soakAfter({ soakBootKey, soakUntil }: Row, { soak }: TargetChange): Pick<Row, 'soakBootKey' | 'soakUntil'> {
  if (soak === undefined) return { soakBootKey, soakUntil }
  return { soakBootKey: soak?.bootKey ?? null, soakUntil: soak?.until ?? null }
}

// A grant that is renewed keeps its clock.
function grantAfter({ grant: before }: Row, { grant }: TargetChange, now: Instant): Row['grant'] {
  if (grant === undefined || grant === null) return grant === undefined ? before : null
  return { ...grant, at: grant.id === before?.id ? before.at : now }
}

function instruct(world: World, deviceId: string, instruction: TargetChange['instruct']): void {
  if (!instruction) return
  const phase = ({ stage: 'staged', apply: 'applied', none: 'none' } as const)[instruction.kind]
  const grant = instruction.kind === 'apply' ? { id: instruction.grantId, conn: instruction.conn } : null
  const before = toldTo(world, deviceId)
  if (before.phase === phase && before.grant?.id === grant?.id && before.grant?.conn === grant?.conn) return
  world.told.set(deviceId, { gen: before.gen + 1, phase, grant })
}

function toldTo({ told }: World, deviceId: string): Told {
  const found = told.get(deviceId)
  if (!found) throw new Error(`no device ${deviceId}`)
  return found
}

function linkOf(world: World, device: FakeDevice): Link {
  const known = world.links.get(device.id) ?? link(world, device)
  world.links.set(device.id, known)
  return known
}

function link(world: World, { id }: FakeDevice): Link {
  const set = (over: Partial<Presence>) => {
    const before = world.presence.get(id)
    if (before) world.presence.set(id, { ...before, ...over })
  }
  const due = () => {
    const row = world.rows.get(id)
    if (row) world.rows.set(id, { ...row, dueAt: world.now })
  }
  return {
    get told() {
      return toldTo(world, id)
    },
    connect: (conn) => set({ connected: true, conn, connectedAt: world.now, lastSeenAt: world.now }),
    disconnect: () => set({ connected: false, lastSeenAt: world.now }),
    heard: () => set({ lastSeenAt: world.now }),
    goingDown: () => world.down.add(id),
    report: (report) => {
      set({ report: { ...aReport(report), receivedAt: world.now } })
      const held = world.slots.get(id)
      if (report.health === 'healthy') world.down.delete(id)
      if (report.health === 'healthy' && held !== undefined && held !== report.bootKey) world.slots.delete(id)
      world.hint = true
      due()
    },
    returnGrant: (grantId) => {
      const row = world.rows.get(id)
      if (row?.grant?.id !== grantId) return
      world.rows.set(id, { ...row, grant: { ...row.grant, conn: null }, dueAt: world.now })
    },
  }
}

/** Targets that have not ended. */
export function unfinished({ rows }: World): string[] {
  return [...rows.values()].filter(({ state }) => !hasEnded(state)).map(({ deviceId, state }) => `${deviceId} ${state}`)
}
