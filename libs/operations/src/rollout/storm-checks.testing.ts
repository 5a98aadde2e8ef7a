import { evaluateGate, targetStates, type TargetState } from '@bootfleet/domain'
import { systemCtx } from '../context.ts'
import { getRollout } from './get-rollout.ts'
import { readRollouts } from './storm-operator.testing.ts'
import type { Storm, StormRollout } from './storm-state.testing.ts'

interface EventRow {
  kind: string
  wave: number | null
  deviceId: string | null
  because: { code?: string; message?: string }
}

const ends: readonly string[] = ['succeeded', 'failed', 'timed_out', 'rolled_back', 'reverted', 'skipped']

/** What must hold at every moment. Returns what does not. */
export async function checkMoment(storm: Storm): Promise<string[]> {
  const { services, groupId, devices, released, maxUnavailable, heard } = storm
  const deviceIds = [...heard.keys()]
  const { slots, states } = await services.db.transaction('system', async (tx) => ({
    slots: await tx.budgetSlot.count({ where: { groupId } }),
    states: await tx.deviceState.findMany({
      where: { deviceId: { in: deviceIds } },
      select: { deviceId: true, seq: true },
    }),
  }))
  const down = devices.filter(({ isDown, id }) => isDown && !released.has(id)).length
  const kept = new Map(states.map(({ deviceId, seq }) => [deviceId, Number(seq)]))
  const lost = deviceIds.filter((id) => (kept.get(id) ?? 0) < (heard.get(id) ?? 0)).length
  return [
    ...(slots > maxUnavailable ? [`${slots} slots are taken of ${maxUnavailable}`] : []),
    ...(down > maxUnavailable ? [`${down} devices are down, ${maxUnavailable} may be`] : []),
    ...(lost > 0 ? ['a newer report was taken for an older one'] : []),
  ]
}

/** What must hold when all is over. Returns what does not. */
export async function checkEnd(storm: Storm, digests: readonly string[]): Promise<string[]> {
  const rollouts = await readRollouts(storm)
  const checked = await Promise.all(rollouts.map((rollout) => checkRollout(storm, rollout)))
  const [first] = rollouts
  // What devices do after an abort is nobody's any more.
  const alone = rollouts.length === 1 && first?.state !== 'aborted' ? (first?.id ?? null) : null
  return [
    ...checked.flat(),
    ...(await checkReturns(storm, rollouts)),
    ...(await checkStays(storm, rollouts)),
    ...(await checkReboots(storm, { digests, alone })),
  ]
}

const untaken: readonly string[] = ['unreachable', 'superseded']

/** Who was away for a roll-back and lives has gone back by it, or has its reason; a newer rollout has them instead. */
export async function checkReturns(storm: Storm, rollouts: readonly StormRollout[]): Promise<string[]> {
  const { services, devices } = storm
  const asked = rollouts.filter(({ kind, state, parentId }, place) => {
    const newer = rollouts.slice(place + 1).some((one) => one.kind !== 'rollback' && one.state === 'completed')
    const parent = rollouts.find(({ id }) => id === parentId)
    return kind === 'rollback' && state === 'completed' && parent?.state === 'rolled_back' && !newer
  })
  const alive = devices.filter(({ isDead }) => !isDead).map(({ id }) => id)
  const where = { rolloutId: { in: asked.map(({ id }) => id) }, deviceId: { in: alive }, state: 'skipped' }
  const targets = await services.db.transaction('system', (tx) => tx.rolloutTarget.findMany({ where }))
  return targets.flatMap(({ rolloutId, deviceId, reason }) =>
    untaken.includes(reason ?? '') ? [`rollback ${rolloutId}: ${deviceId} is back, and is skipped as ${reason}`] : [],
  )
}

/** Who still runs a release that was rolled back, and that no later or completed rollout brought, is named there with what keeps it. */
async function checkStays({ services, devices }: Storm, rollouts: readonly StormRollout[]): Promise<string[]> {
  const asked = rollouts.filter(({ state, releaseId }, place) => {
    const brings = (one: StormRollout) => one.kind !== 'rollback' && one.releaseId === releaseId
    const stands = rollouts.some((one, at) => brings(one) && (at > place || one.state === 'completed'))
    return state === 'rolled_back' && !stands
  })
  const children = rollouts.filter(({ parentId }) => asked.some(({ id }) => id === parentId))
  const { manifests, targets } = await services.db.transaction('system', async (tx) => ({
    manifests: await tx.releaseManifest.findMany({ where: { releaseId: { in: asked.map((one) => one.releaseId) } } }),
    targets: await tx.rolloutTarget.findMany({
      where: { rolloutId: { in: [...asked, ...children].map(({ id }) => id) } },
    }),
  }))
  return asked.flatMap(({ id, releaseId }) => {
    const digest = manifests.find((one) => one.releaseId === releaseId)?.manifestDigest
    const child = children.findLast(({ parentId }) => parentId === id)?.id
    const of = (rolloutId: string | undefined, deviceId: string) =>
      targets.find((target) => target.rolloutId === rolloutId && target.deviceId === deviceId)
    return devices.flatMap((device) => {
      const isOn = !device.isDead && device.booted === digest && of(id, device.id) !== undefined
      const back = of(child, device.id)
      const isNamed = back !== undefined && back.state !== 'succeeded'
      return isOn && !isNamed ? [`rollback ${child}: ${device.kind} stays on the release, and is ${back?.state}`] : []
    })
  })
}

async function checkRollout(storm: Storm, { id: rolloutId, kind }: StormRollout): Promise<string[]> {
  const { services, organizationId } = storm
  const rollout = await getRollout(systemCtx(services, organizationId), { rollout: rolloutId })
  const { targets, events, waves } = await services.db.transaction('system', async (tx) => ({
    targets: await tx.rolloutTarget.findMany({ where: { rolloutId } }),
    waves: await tx.rolloutWave.findMany({ where: { rolloutId }, orderBy: { index: 'asc' } }),
    events: (await tx.rolloutEvent.findMany({ where: { rolloutId }, orderBy: { id: 'asc' } })) as EventRow[],
  }))
  const problems = [...checkEvents(events), ...checkHalts(events), ...checkWaveOrder(events)]
  if (!explains(rollout.because)) problems.push('the rollout has no reason')
  const isPlanned = events.some((event) => event.kind === 'rollout.planned')
  const all = kind !== 'rollback' && isPlanned
  if (all && targets.length !== storm.devices.length) problems.push(`${targets.length} targets`)
  problems.push(...targets.flatMap((target) => checkTarget(storm, target)))
  for (const [state, count] of Object.entries(rollout.counts))
    if (targets.filter((target) => target.state === state).length !== count) problems.push(`${state} is not ${count}`)
  for (const { index, size } of waves.slice(0, -1)) {
    const taken = targets.filter(({ wave }) => wave === index).length
    if (taken > size) problems.push(`wave ${index} took ${taken} of ${size}`)
  }
  return problems.map((problem) => `${kind} ${rolloutId}: ${problem}`)
}

function checkTarget(
  { devices }: Storm,
  {
    deviceId,
    state,
    because,
    reason,
    wave,
  }: TargetRow & { because: unknown; reason: string | null; wave: number | null },
): string[] {
  const who = `${devices.find(({ id }) => id === deviceId)?.kind} in wave ${wave}`
  return [
    ...(ends.includes(state) ? [] : [`${who} is ${state} in the end`]),
    ...(explains(because as EventRow['because']) ? [] : [`${who} has no reason`]),
    ...(state === 'succeeded' || reason !== null ? [] : [`${who} is ${state} without a reason`]),
  ]
}

function explains({ code, message }: EventRow['because']): boolean {
  return typeof code === 'string' && code !== '' && typeof message === 'string' && message.length > 5
}

function checkEvents(events: readonly EventRow[]): string[] {
  return events.flatMap(({ kind, because }) => (explains(because) ? [] : [`event ${kind} has no reason`]))
}

// To a completed rollout devices still converge.
const halts = /^rollout\.(pausing|paused|aborting|aborted|rolling_back|rolled_back|superseded)$/

/** Nothing is offered or granted from a pause or an abort on until the rollout runs again. */
function checkHalts(events: readonly EventRow[]): string[] {
  let halted: string | null = null
  const problems: string[] = []
  for (const { kind } of events) {
    if (halts.test(kind)) halted = kind
    if (kind === 'rollout.running') halted = null
    if (halted && /^target\.(offered|granted|grant_renewed)$/.test(kind)) problems.push(`${kind} after ${halted}`)
  }
  return problems
}

function checkWaveOrder(events: readonly EventRow[]): string[] {
  const opened = events.filter(({ kind }) => kind === 'wave.opened')
  const problems = opened.flatMap(({ wave }, place) =>
    wave === place ? [] : [`wave ${wave} opened as number ${place}`],
  )
  const passed = new Set<number | null>()
  for (const { kind, wave, because } of events) {
    if (kind === 'wave.passed') passed.add(wave)
    // A manual wave that was promoted still waits for its approval.
    const isPromoted = kind === 'wave.waiting_for_approval' && because.code === 'operator.promote'
    if (isPromoted) passed.add((wave ?? 0) - 1)
    const isFree = wave === 0 || because.code === 'operator.promote' || passed.has((wave ?? 0) - 1)
    if (kind === 'wave.opened' && !isFree) problems.push(`wave ${wave} opened before the one before it passed`)
  }
  return problems
}

interface TargetRow {
  deviceId: string
  state: string
}

/** A device reboots once for a grant; `alone`: of the only rollout, one that succeeded did so once for each try. */
async function checkReboots(
  { devices, services, channelId }: Storm,
  { digests, alone }: { digests: readonly string[]; alone: string | null },
): Promise<string[]> {
  const { targets, events } = await services.db.transaction('system', async (tx) => ({
    targets: await tx.rolloutTarget.findMany({
      where: { ...(alone !== null && { rolloutId: alone }), rollout: { channelId } },
    }),
    events: (await tx.rolloutEvent.findMany({ where: { rollout: { channelId } } })) as EventRow[],
  }))
  return devices.flatMap((device) => {
    const own = events.filter(({ deviceId }) => deviceId === device.id)
    const granted = own.filter(({ kind }) => kind === 'target.granted').length
    const again = own.filter(({ kind, because }) => kind === 'target.retried' || because.code === 'target.not_applied')
    const reboots = [...device.reboots.values()].reduce((total, count) => total + count, 0)
    const isProven = alone !== null && targets.some((one) => one.deviceId === device.id && one.state === 'succeeded')
    const isThere = digests.includes(device.booted)
    const rightly = reboots >= 1 && reboots <= 1 + again.length
    return [
      ...(isProven && !isThere ? [`${device.kind} succeeded without the image`] : []),
      ...(isProven && !rightly ? [`${device.kind} rebooted ${reboots} times`] : []),
      ...(reboots > granted ? [`${device.kind} rebooted ${reboots} times for ${granted} grants`] : []),
    ]
  })
}

/** Wave gates of completed rollouts, asked again from nothing but the targets as they were then. Returns what does not hold. */
export async function checkGates(storm: Storm): Promise<string[]> {
  const rollouts = await readRollouts(storm)
  const asked = rollouts.filter(({ kind, state }) => kind !== 'rollback' && state === 'completed')
  const found = await Promise.all(asked.map((one) => checkGatesOf(storm, one)))
  return found.flat()
}

async function checkGatesOf(
  { services, organizationId }: Storm,
  { id: rolloutId, endedAt }: StormRollout,
): Promise<string[]> {
  const { waves, policy } = await getRollout(systemCtx(services, organizationId), { rollout: rolloutId })
  const { excused, late } = await services.db.transaction('system', async (tx) => ({
    excused: await tx.rolloutWave.findMany({ where: { rolloutId } }),
    late: await tx.rolloutTarget.findMany({
      where: { rolloutId, state: { in: failures }, stateSince: { gt: endedAt ?? new Date(0) } },
    }),
  }))
  return waves.flatMap(({ index, size, counts }) => {
    const row = excused.find((wave) => wave.index === index)
    const rule = policy.waves[row?.rule ?? 0]
    if (!rule) return []
    const sum = (states: readonly TargetState[]) => states.reduce((total, one) => total + counts[one], 0)
    const taken = sum(targetStates)
    // Who fails after the end had succeeded, or was left out.
    const since = late.filter(({ wave }) => wave === index)
    const left = since.filter(({ reason }) => reason === 'regressed').length
    const { verdict } = evaluateGate(rule.gate, {
      size: Math.max(size, taken),
      skipped: counts.skipped + counts.reverted + since.length - left,
      succeeded: counts.succeeded + left,
      failures: sum(failures) - since.length,
      inFlight: 0,
      excused: row?.excused ?? 0,
    })
    return verdict === 'trip' ? [`wave ${index} of a completed rollout trips its gate`] : []
  })
}

const failures: TargetState[] = ['failed', 'timed_out', 'rolled_back']
