import type { RolloutPreview } from '@bootfleet/contracts'
import { paragraph, type Output } from './output.ts'
import { countOf } from './text.ts'

/** When a preview expects the end, for people; nothing where nobody takes part. */
export function estimateLines({ estimate }: Pick<RolloutPreview, 'estimate'>, output: Output): string[] {
  if (!estimate) return []
  const { p50, p90, source, samples } = estimate
  const basis = source === 'assumed' ? 'with assumed times' : `by ${countOf(samples, 'device')} of earlier rollouts`
  const when =
    p50 === null || p90 === null
      ? 'Never done: a window stays closed'
      : `Done by ${p50} (half of the tries), ${p90} (nine of ten)`
  return ['', ...paragraph(output, `${when}; ${basis}, if every device connects and succeeds.`)]
}
