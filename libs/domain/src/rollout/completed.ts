import type { Because } from './because.ts'
import { gateCounts, type Turn } from './turn.ts'

/** Why a rollout is completed: what became of the devices that its waves took. */
export function completed(turn: Turn): Because {
  const all = turn.view.waves.map((wave) => gateCounts(turn, wave))
  const sum = (count: (wave: (typeof all)[number]) => number) => all.reduce((total, wave) => total + count(wave), 0)
  const succeeded = sum((wave) => wave.succeeded)
  const failed = sum(({ failures }) => failures)
  const excused = sum((wave) => Math.min(wave.excused, wave.failures))
  const skipped = sum((wave) => wave.skipped)
  const targets = succeeded + failed + skipped
  const rest = [
    skipped > 0 ? `${skipped} ${were(skipped)} skipped: not reached, or left out` : '',
    failed > 0 ? `${failed} failed${excused > 0 ? `, ${excused} of them excused` : ''}` : '',
  ]
  const message = [
    `Every wave passed. ${succeeded} of ${targets} ${targets === 1 ? 'device' : 'devices'} booted the release and stayed healthy`,
    ...rest.filter((part) => part !== ''),
  ].join('; ')
  return { code: 'rollout.completed', message: `${message}.`, succeeded, targets, skipped, failed, excused }
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}
