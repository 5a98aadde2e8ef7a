import type { Policy } from '@bootfleet/contracts'
import { formatSeconds } from '../../lib/amounts.ts'
import { ruleText } from '../rollouts/gate-text.ts'
import { approvalText, sizeText } from './policy-words.ts'

/** The waves of a recipe, each with whom it takes, its soak and its gate. */
export function RecipeWaves({ spec }: Pick<Policy, 'spec'>) {
  const waves = [...spec.waves, { ...spec.rest, size: null, selector: null }]
  return (
    <ol className="waves">
      {waves.map(({ name, size, selector, soakSec, gate, approval }, index) => (
        <li key={`${index} ${name}`} className="wave" aria-labelledby={`recipe-${index}`}>
          <header>
            <h3 id={`recipe-${index}`}>
              <span className="quiet">{index + 1}</span> {name}
            </h3>
            <span className="quiet">
              {sizeText({ size, selector })}, soak {formatSeconds(soakSec)}, {approvalText(approval, index === 0)}
            </span>
          </header>
          <p className="gates">Gate: {ruleText(gate)}</p>
        </li>
      ))}
    </ol>
  )
}
