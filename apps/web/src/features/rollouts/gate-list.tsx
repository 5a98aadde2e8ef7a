import type { Evaluation, Rollout } from '@bootfleet/contracts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { gateText, ruleText } from './gate-text.ts'

const verdicts: Record<Evaluation['verdict'], { word: string; tone: Tone }> = {
  pass: { word: 'passed', tone: 'good' },
  trip: { word: 'tripped', tone: 'bad' },
  hold: { word: 'held', tone: 'attention' },
  undecided: { word: 'not decided', tone: 'quiet' },
}

interface GateListProps {
  evaluations: Evaluation[] | null
  rule: Rollout['policy']['waves'][number]['gate'] | undefined
}

/** The gate of a wave: each number with its denominator and limit, or the rule while nothing was judged. */
export function GateList({ evaluations, rule }: GateListProps) {
  if (evaluations === null || evaluations.length === 0) {
    return rule === undefined ? null : <p className="gates quiet">Gate: {ruleText(rule)}</p>
  }
  return (
    <ul className="gates" aria-label="Gate">
      {evaluations.map((evaluation) => (
        <li key={`${evaluation.metric} ${evaluation.signal ?? ''}`}>
          <Badge state={verdicts[evaluation.verdict].word} tone={verdicts[evaluation.verdict].tone} />
          {gateText(evaluation)}
        </li>
      ))}
    </ul>
  )
}
