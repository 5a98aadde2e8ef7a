import type { Rollout, RolloutWave, Target } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, formatSeconds } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { StageBar } from './stage-bar.tsx'
import { waveTones } from './state-tones.ts'
import { WaveCells } from './wave-cells.tsx'
import { WaveGate } from './wave-gate.tsx'

interface WavePanelProps {
  rollout: Rollout
  wave: RolloutWave
  /** Its members; `undefined` when there are too many for a cell each. */
  targets: Target[] | undefined
}

function approvalText({ approvals }: Rollout, { index, approval, approvalAskedAt }: RolloutWave): string {
  if (approval === 'auto') return ''
  const by = approvals.list.find(({ wave }) => wave === index)?.by
  if (by !== undefined) return `, approved by ${by}`
  return approvalAskedAt === null ? ', opens when a person approves it' : ', waits for a person to approve it'
}

/** One wave: what it is, a cell for each of its devices, and what its gate counts. */
export function WavePanel({ rollout, wave, targets }: WavePanelProps) {
  const recipe = rollout.policy.waves.find(({ name }) => name === wave.name)
  const id = `wave-${wave.index}`
  return (
    <li className={`wave wave-${wave.state}`} aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <span className="quiet">{wave.index + 1}</span> {wave.name}
        </h3>
        <Badge state={wave.state} tone={waveTones[wave.state]} />
        <span className="quiet">
          {counted(wave.size, 'device')}
          {wave.selector !== null && (
            <>
              {' '}
              that match <code>{wave.selector}</code>
            </>
          )}
          {recipe !== undefined && `, soak ${formatSeconds(recipe.soakSec)}`}
          {approvalText(rollout, wave)}
          {wave.excused > 0 && (
            <>
              ,{' '}
              <Link
                href={paths.rollout(rollout.id, { wave: String(wave.index), excused: 'true' })}
                scroll={false}
              >{`${wave.excused} excused`}</Link>
            </>
          )}
          {wave.openedAt !== null && (
            <>
              , opened <Instant at={wave.openedAt} />
            </>
          )}
          {wave.promoted !== null && (
            <>
              , promoted by {wave.promoted.by} before its gate passed, <Instant at={wave.promoted.at} />
            </>
          )}
        </span>
        {wave.state !== 'pending' && (
          <Link className="aside" href={paths.rollout(rollout.id, { wave: String(wave.index) })} scroll={false}>
            Targets<span className="hidden"> of {wave.name}</span>
          </Link>
        )}
      </header>
      {targets === undefined ? null : <WaveCells size={wave.size} targets={targets} name={wave.name} />}
      <StageBar counts={wave.counts} size={wave.size} bar={targets === undefined} />
      <WaveGate wave={wave} rule={recipe?.gate} />
    </li>
  )
}
