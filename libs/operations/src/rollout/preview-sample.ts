import { sampleText, sprtSample, type Because, type PlannedWave, type PolicySpec } from '@bootfleet/domain'

/** Names the waves that are too small for their sequential test ever to pass them. */
export function warnOfSample(policy: PolicySpec, waves: readonly PlannedWave[]): Because[] {
  return waves.flatMap(({ name, rule, size, index }) => {
    const sprt = policy.waves[rule]?.gate.sprt
    if (!sprt) return []
    const { minToPass } = sprtSample(sprt)
    if (minToPass <= size) return []
    const message = `Wave "${name}" has ${size} devices: its sequential test cannot pass it, and minSuccessPercent decides at its end. As it is, ${sampleText(sprt)}.`
    return [{ code: 'preview.sample_too_small', message, wave: index, size, minToPass }]
  })
}
