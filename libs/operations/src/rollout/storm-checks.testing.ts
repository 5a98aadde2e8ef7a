import { evaluateGate, targetStates, type TargetState } from '@bootfleet/domain'
import { systemCtx } from '../context.ts'
import { getRollout } from './get-rollout.ts'
import type { Storm } from './storm-state.testing.ts'

interface EventRow {
  kind: string
  wave: number | null
  deviceId: string | null
  because: { code?: string; message?: string }
}

const ends: readonly string[] = ['succeeded', 'failed', 'timed_out', 'rolled_back', 'reverted', 'skipped']

/** What must hold at every moment. Returns what does not. */
export async function checkMoment({ services, groupId, devices, released, maxUnavailable }: Storm): Promise<string[]> {
  const slots = await services.db.transaction('system', (tx) => tx.budgetSlot.count({ where: { groupId } }))
  const down = devices.filter(({ isDown, id }) => isDown && !released.has(id)).length
  return [
    ...(slots > maxUnavailable ? [`${slots} slots are taken of ${maxUnavailable}`] : []),
    ...(down > maxUnavailable ? [`${down} devices are down, ${maxUnavailable} may be`] : []),
  ]
}

/** What must hold when all is over. Returns what does not. */
export async function checkEnd(storm: Storm, digest: string): Promise<string[]> {
  const { services, rolloutId, organizationId } = storm
  const ctx = systemCtx(services, organizationId)
  const rollout = await getRollout(ctx, { rollout: rolloutId })
  const { targets, events, waves } = await services.db.transaction('system', async (tx) => ({
    targets: await tx.rolloutTarget.findMany({ where: { rolloutId } }),
    waves: await tx.rolloutWave.findMany({ where: { rolloutId }, orderBy: { index: 'asc' } }),
    events: (await tx.rolloutEvent.findMany({ where: { rolloutId }, orderBy: { id: 'asc' } })) as EventRow[],
  }))
  const problems = [...checkEvents(events), ...checkHalts(events), ...checkWaveOrder(events)]
  if (!explains(rollout.because)) problems.push('the rollout has no reason')
  if (targets.length !== storm.devices.length) problems.push(`${targets.length} targets`)
  problems.push(...targets.flatMap((target) => checkTarget(storm, target)))
  for (const [state, count] of Object.entries(rollout.counts))
    if (targets.filter((target) => target.state === state).length !== count) problems.push(`${state} is not ${count}`)
  for (const { index, size } of waves) {
    const taken = targets.filter(({ wave }) => wave === index).length
    if (rollout.state === 'completed' && taken > size) problems.push(`wave ${index} took ${taken} of ${size}`)
  }
  return [...problems, ...checkReboots(storm, targets, { digest, events })]
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

/** Nothing is offered or granted from a pause or an abort on until the rollout runs again. */
function checkHalts(events: readonly EventRow[]): string[] {
  let halted: string | null = null
  const problems: string[] = []
  for (const { kind } of events) {
    if (/^rollout\.(pausing|paused|aborting|aborted|completed)$/.test(kind)) halted = kind
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
    const isFree = wave === 0 || because.code === 'operator.promote' || passed.has((wave ?? 0) - 1)
    if (kind === 'wave.opened' && !isFree) problems.push(`wave ${wave} opened before the one before it passed`)
  }
  return problems
}

interface TargetRow {
  deviceId: string
  state: string
}

/** A device that succeeded rebooted once for it, but for every time that it was tried again. */
function checkReboots(
  { devices }: Storm,
  targets: readonly TargetRow[],
  { digest, events }: { digest: string; events: readonly EventRow[] },
): string[] {
  return devices.flatMap((device) => {
    const reboots = device.reboots.get(digest) ?? 0
    const state = targets.find(({ deviceId }) => deviceId === device.id)?.state
    const again = events.filter(
      ({ kind, deviceId, because }) =>
        deviceId === device.id && (kind === 'target.retried' || because.code === 'target.not_applied'),
    ).length
    const granted = events.filter(({ kind, deviceId }) => deviceId === device.id && kind === 'target.granted').length
    const applied = device.booted === digest
    return [
      ...(state === 'succeeded' && !applied ? [`${device.kind} succeeded without the image`] : []),
      ...(state === 'succeeded' && (reboots < 1 || reboots > 1 + again)
        ? [`${device.kind} rebooted ${reboots} times`]
        : []),
      ...(reboots > granted ? [`${device.kind} rebooted ${reboots} times for ${granted} grants`] : []),
    ]
  })
}

/** Wave gates of a completed rollout, asked again from nothing but the targets. */
export async function checkGates({ services, rolloutId, organizationId }: Storm): Promise<string[]> {
  const { state, waves, policy } = await getRollout(systemCtx(services, organizationId), { rollout: rolloutId })
  if (state !== 'completed') return []
  const excused = await services.db.transaction('system', (tx) => tx.rolloutWave.findMany({ where: { rolloutId } }))
  return waves.flatMap(({ index, size, counts }) => {
    const row = excused.find((wave) => wave.index === index)
    const rule = policy.waves[row?.rule ?? 0]
    if (!rule) return []
    const sum = (states: readonly TargetState[]) => states.reduce((total, one) => total + counts[one], 0)
    const taken = sum(targetStates)
    const { verdict } = evaluateGate(rule.gate, {
      size: Math.max(size, taken),
      skipped: counts.skipped + counts.reverted,
      succeeded: counts.succeeded,
      failures: sum(['failed', 'timed_out', 'rolled_back']),
      inFlight: 0,
      excused: row?.excused ?? 0,
    })
    return verdict === 'trip' ? [`wave ${index} of a completed rollout trips its gate`] : []
  })
}
