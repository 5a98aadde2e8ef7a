import type { Because } from './because.ts'
import { giveOut } from './give-out.ts'
import { move } from './move.ts'
import type { Outcome } from './outcome.ts'
import { regressed } from './regressed.ts'
import { judgeSignals, type SignalVerdict } from './signals.ts'
import { evaluate } from './run.ts'
import { earlyStates } from './target-lifecycle.ts'
import { apply, hasRoom, targetsIn, unfinished, type Turn } from './turn.ts'
import type { TargetView } from './view.ts'
import { letGo, recallAll } from './wind-down.ts'

/**
 * A completed rollout. Devices that come late or come back converge to it as its open last wave, under the same gates,
 * budget and windows; whatever becomes of them, it stays completed. A gate that trips holds them until a person has the
 * failed tried again, goes on without them, or rolls out something newer; an unhealthy signal until it ends, or a person
 * goes on. To a completed roll-back devices go back that were away, or are tried again; its gate trips on nothing, and no signal holds them.
 */
export function converge(turn: Turn): Outcome {
  const judged = regressed(turn)
  if (!turn.view.converges) return giveWay(turn, judged)
  const tripped = trippedGate(turn)
  if (tripped) return hold(turn, judged, tripped)
  const signalled = turn.view.isRollback ? undefined : judgeSignals(turn, turn.view.waves)
  if (signalled?.verdict === 'trip') return holdBySignal(turn, signalled)
  leaveSilent(turn)
  giveOut(turn, turn.view.waves, { grants: signalled === undefined })
  if (signalled) return { because: heldBySignal(signalled), converging: true }
  return unfinished(turn) > 0 ? { because: converging, converging: true } : judged
}

const converging = {
  code: 'convergence.running',
  message: 'The rollout is completed. Devices that came late or came back are being updated.',
}

function trippedGate(turn: Turn): Because | undefined {
  for (const wave of turn.view.waves) {
    const { verdict, because } = evaluate(turn, wave)
    if (verdict === 'trip') return { ...because, wave: wave.index }
  }
  return undefined
}

function hold(turn: Turn, judged: Outcome, tripped: Because): Outcome {
  recallAll(turn, { code: 'convergence.holding', message: 'devices converge no more, because a gate tripped.' })
  const wait =
    'Devices that come late or come back wait until the failed are tried again (retry), or are gone on without (promote).'
  if (judged.because.code === 'rollout.regressed')
    return { ...judged, because: { ...judged.because, message: `${judged.because.message} ${wait}` } }
  const message = `The rollout is completed, and its gate has tripped since: ${tripped.message} ${wait}`
  return { because: { ...tripped, code: 'convergence.holding', gate: tripped.code, message } }
}

function holdBySignal(turn: Turn, signalled: SignalVerdict): Outcome {
  const because = heldBySignal(signalled)
  recallAll(turn, { code: because.code, message: 'devices converge no more while a signal is unhealthy.' })
  return { because }
}

function heldBySignal({ because }: SignalVerdict): Because {
  const message = `The rollout is completed, and holds who still converges: ${because.message}`
  return { ...because, code: 'convergence.holding', gate: because.code, message }
}

// Something newer is on its way to the devices; who was granted its reboot finishes here first.
function giveWay(turn: Turn, judged: Outcome): Outcome {
  recallAll(turn, { code: 'target.superseded', message: 'a newer rollout took the place of this one.' })
  const last = turn.view.waves.at(-1)?.index ?? null
  letGo(turn, ({ wave }) => ({ to: 'skipped', because: superseded, reason: 'superseded', wave: wave ?? last }))
  return judged
}

const superseded = {
  code: 'target.superseded',
  message: 'A newer rollout took the place of this one before the device was granted its reboot.',
}

// Nobody waits for them: they are targets again when they come back.
function leaveSilent(turn: Turn): void {
  const { unreachableAfterSec } = turn.view.policy.timeouts
  const later = turn.view.isRollback ? 'It goes back when it returns.' : 'It converges when it comes back.'
  const message = `The device was not heard of for ${unreachableAfterSec} s. ${later}`
  const because = { code: 'target.given_up', message, unreachableAfterSec }
  const last = turn.view.waves.at(-1)?.index ?? null
  for (const target of targetsIn(turn, earlyStates)) {
    if (!hasRoom(turn)) return
    if (!isSilent(turn, target)) continue
    const instruct = target.state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
    const wave = target.wave ?? last
    apply(turn, move(turn.ctx, target, { to: 'skipped', because, wave, reason: 'unreachable', ...instruct }))
  }
}

function isSilent({ view, groups, now }: Turn, { device, stateSince, groupId }: TargetView): boolean {
  if (device.connected || device.busyWith !== null || groups.get(groupId)?.view.closed) return false
  const since = Math.max(device.lastSeenAt ?? 0, stateSince)
  return now >= since + view.policy.timeouts.unreachableAfterSec * 1000
}
