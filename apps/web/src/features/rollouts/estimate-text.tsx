import type { PreviewEstimate } from '@bootfleet/contracts'
import { formatInstant } from '../../lib/instant.ts'
import { spanWords } from '../../lib/span-words.ts'

interface EstimateTextProps {
  estimate: PreviewEstimate
  /** When it begins, or began: what is shown are times from then on. */
  from: string
}

/** `about 3 h (until 14:20 UTC), at most 5 h`, with the exact times to point at. */
export function EstimateText({ estimate: { p50, p90, source, samples }, from }: EstimateTextProps) {
  if (p50 === null || p90 === null) return <>never: a window stays closed</>
  const measured = `by ${samples} ${samples === 1 ? 'device' : 'devices'} of earlier rollouts`
  const exact = `Half of the tries end by ${formatInstant(p50)}, nine of ten by ${formatInstant(p90)}; ${source === 'assumed' ? 'with assumed times' : measured}.`
  const words = spanWords({ from, p50, p90 })
  return (
    <span title={exact}>
      {words}
      {source === 'assumed' && <span className="quiet">, with assumed times</span>}
    </span>
  )
}
