import type { Because } from './because.ts'
import { hasMoreHops } from './hop.ts'
import { move, type Move } from './move.ts'
import type { Outcome } from './outcome.ts'
import { apply, hasRoom, targetsIn, unfinished, type Turn } from './turn.ts'
import type { RollbackView, TargetView } from './view.ts'
import { letGo, recallAll } from './wind-down.ts'

/**
 * A rollout that is rolled back by a child: it gives nothing out any more, and devices on the image are waited for to
 * leave it. When the child has ended so has this one; when the child was aborted it stops, and a person decides.
 */
export function takeBack(turn: Turn): Outcome {
  recallAll(turn, { code: 'rollout.rolling_back', message: 'the rollout is being rolled back.' })
  letGo(turn, keptFromGrant)
  const { rollback, more } = turn.view
  // Who left the image is told apart first from who is to stay.
  if (rollback?.state === 'aborted' && !more && hasRoom(turn)) return halted(rollback)
  if (rollback?.state === 'completed') return concluded(turn, rollback)
  return { because: underWay(turn) }
}

function underWay(turn: Turn): Because {
  const { rollback } = turn.view
  const left = unfinished(turn)
  const message = `Its devices go back by the roll-back ${rollback?.id ?? ''}; ${left} have not ended here.`
  return { code: 'rollout.rolling_back', message, rollback: rollback?.id ?? null, left }
}

function concluded(turn: Turn, rollback: RollbackView): Outcome {
  condemn(turn, rollback)
  return unfinished(turn) > 0 ? { because: underWay(turn) } : { because: rolledBack(rollback), rollout: 'rolled_back' }
}

// Between two stops of its way a device is not on the release, and what it runs was the channel's before.
function keptFromGrant({ route }: TargetView): Move {
  const hop = route?.hops[route.at - 1]
  if (!route || !hop) return rollingBack
  const message = `The device had come to release ${hop.name}, hop ${route.at} of ${route.hops.length}, when the rollout was rolled back. It stays there.`
  const because = { ...rollingBack.because, message, hop: route.at, of: route.hops.length, release: hop.name }
  return { ...rollingBack, because }
}

const rollingBack = {
  to: 'skipped',
  because: {
    code: 'target.rolling_back',
    message: 'The rollout was rolled back before this device was granted its reboot.',
  },
  reason: 'rolling_back',
} as const

function halted({ id }: RollbackView): Outcome {
  const message = `Its roll-back ${id} was aborted: devices that it did not reach stay on the release. Resume the rollout, roll it back again, or abort it.`
  return { because: { code: 'rollout.rollback_aborted', message, rollback: id }, rollout: 'paused' }
}

function rolledBack({ id }: RollbackView) {
  const message = `The roll-back ${id} is over: every device went back, or is named there with what keeps it.`
  return { code: 'rollout.rolled_back', message, rollback: id }
}

// The child is over and could not move them.
function condemn(turn: Turn, { id }: RollbackView): void {
  const message = `The device is still on the image: the roll-back ${id} says why it did not go back.`
  const because = { code: 'target.failed.not_taken_back', message, rollback: id }
  for (const target of targetsIn(turn, ['verifying', 'soaking'])) {
    if (!hasRoom(turn)) return
    if (hasMoreHops(target)) continue
    apply(turn, move(turn.ctx, target, { to: 'failed', because, reason: 'not_taken_back', instruct: { kind: 'none' } }))
  }
}
