import type { Because } from './because.ts'
import { gateCounts, type Turn } from './turn.ts'
import type { WaveView } from './view.ts'

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
    `${whatPassed(turn.view.waves)}. ${succeeded} of ${targets} ${targets === 1 ? 'device' : 'devices'} booted the release and stayed healthy`,
    ...rest.filter((part) => part !== ''),
  ].join('; ')
  const promoted = turn.view.waves.filter(wasPromoted).length
  return { code: 'rollout.completed', message: `${message}.`, succeeded, targets, skipped, failed, excused, promoted }
}

// One that was opened again after a trip has passed its gate by now.
function wasPromoted({ state, promotedBy }: WaveView): boolean {
  return state === 'passed' && promotedBy != null
}

function whatPassed(waves: readonly WaveView[]): string {
  const promoted = waves.filter(wasPromoted)
  if (promoted.length === 0) return 'Every wave passed'
  const people = [...new Set(promoted.map(({ promotedBy }) => promotedBy))]
  const told = people.map((by) => {
    const theirs = promoted.filter(({ promotedBy }) => promotedBy === by).map(({ index }) => index + 1)
    return `${theirs.length === 1 ? `wave ${theirs[0]} was` : `waves ${theirs.join(', ')} were`} promoted by ${by}`
  })
  return `${waves.length - promoted.length} of ${waves.length} waves passed; ${told.join('; ')}`
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}
