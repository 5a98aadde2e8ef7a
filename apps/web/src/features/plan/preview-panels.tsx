import type { NamedRef, RolloutPreview } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, formatBytes, formatSeconds } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EstimateText } from '../rollouts/estimate-text.tsx'
import { PlannedWave } from './planned-wave.tsx'

/** What would happen: the waves with their devices and gates, and who is left out. */
export function PreviewPanels({ preview }: { preview: RolloutPreview }) {
  const { eligible, waves, mergedWaves, excluded, bytesToPull, overHops, estimate, warnings } = preview
  const now = new Date().toISOString()
  const soak = waves.reduce((sum, { soakSec }) => sum + soakSec, 0)
  return (
    <>
      {warnings.map(({ code, message }) => (
        <p key={code + message} className="note note-attention">
          {message}
        </p>
      ))}
      <Panel title="Planned waves">
        <Facts
          facts={[
            ['Devices', counted(eligible, 'device')],
            ['Waves', String(waves.length)],
            ['Soaks together', formatSeconds(soak)],
            ['To pull', pullText(bytesToPull)],
            ...(overHops === null
              ? []
              : [
                  [
                    'Over other releases',
                    `${counted(overHops.devices, 'device')}, ${pullText(overHops.bytesToPull)}`,
                  ] as const,
                ]),
            ...(estimate === null ? [] : [['Done in', <EstimateText estimate={estimate} from={now} />] as const]),
          ]}
        />
        <ol className="waves">
          {waves.map((wave) => (
            <PlannedWave key={wave.index} wave={wave} stratifyBy={preview.stratifyBy} />
          ))}
        </ol>
        {mergedWaves.length > 0 && (
          <p className="quiet">Merged away, because they would add no device: {mergedWaves.join(', ')}.</p>
        )}
      </Panel>
      <Panel title="Left out">
        {excluded.length === 0 && <p className="quiet">No device of the channel is left out.</p>}
        <ul className="reasons">
          {excluded.map(({ because, count, devices }) => (
            <li key={because.code + because.message}>
              <strong>{counted(count, 'device')}:</strong> {because.message}{' '}
              <DeviceNames devices={devices} of={count} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  )
}

function pullText(bytes: number | null): string {
  return bytes === null ? 'not known' : `${formatBytes(bytes)} at most`
}

function DeviceNames({ devices, of }: { devices: NamedRef[]; of: number }) {
  return (
    <span className="quiet">
      (
      {devices.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link href={paths.device(id)}>{name}</Link>
        </span>
      ))}
      {of > devices.length && `, and ${of - devices.length} more`})
    </span>
  )
}
