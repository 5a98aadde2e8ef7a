import type { Outcome } from './outcome.ts'
import { evaluateRollout } from './rollout-gate.ts'
import { gateCounts, type Turn } from './turn.ts'

/**
 * A completed rollout while it is observed. When more devices have moved back than the gates of all its waves allow, it
 * says so and stays completed: what to do is a person's to decide. While a rollout runs the gate of each opened wave
 * stays asked, and trips no later than this one would.
 */
export function regressed(turn: Turn): Outcome {
  const { policy, waves } = turn.view
  const opened = waves.flatMap((wave) => {
    const rule = policy.waves[wave.rule] ?? policy.waves.at(-1)
    return rule && wave.state !== 'pending' ? [{ gate: rule.gate, counts: gateCounts(turn, wave) }] : []
  })
  const evaluation = evaluateRollout(opened)
  if (evaluation.verdict !== 'trip') return { because: completed }
  const { numerator, denominator, threshold } = evaluation
  const message = `${numerator} of ${denominator} devices have failed or moved back since, ${threshold ?? 0} are allowed. Look at them, and roll the rollout back (roll-back) if the release is bad.`
  const because = { code: 'rollout.regressed', message, numerator, denominator, threshold }
  return { because, evaluations: [evaluation] }
}

const completed = { code: 'rollout.completed', message: 'The rollout is completed.' }
