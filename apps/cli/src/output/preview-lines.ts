import type { RolloutPreview } from '@bootfleet/contracts'
import { formatDuration } from '../duration.ts'
import { formatBytes } from './bytes.ts'
import { estimateLines } from './estimate-lines.ts'
import { excludedLines } from './excluded-lines.ts'
import { paragraph, type Output } from './output.ts'
import { titleOf } from './rollout-text.ts'
import { renderTable } from './table.ts'
import { countOf, plain } from './text.ts'

type Wave = RolloutPreview['waves'][number]

const columns = [
  { title: 'WAVE', value: ({ index, name }: Wave) => `${index + 1} ${name}`, shrinkTo: 10 },
  { title: 'DEVICES', value: ({ size }: Wave) => String(size), align: 'right' as const },
  { title: 'SOAK', value: ({ soakSec }: Wave) => formatDuration(soakSec * 1000), align: 'right' as const },
  {
    title: 'PULLS',
    value: ({ bytesToPull }: Wave) => (bytesToPull === null ? '' : formatBytes(bytesToPull)),
    align: 'right' as const,
  },
  { title: 'TRIPS AT', value: tripsAt },
  {
    title: 'PASSES AT',
    value: ({ successesToPass }: Wave) => countOf(successesToPass, 'success', 'successes'),
  },
  { title: 'FIRST', value: ({ devices }: Wave) => names(devices), shrinkTo: 10 },
]

/** What a rollout would do, for people. */
export function previewLines(preview: RolloutPreview, output: Output): string[] {
  const { waves, mergedWaves, bytesToPull, warnings, eligible } = preview
  const { paint } = output
  return [
    `${paint('bold', plain(titleOf(preview)))}: ${countOf(eligible, 'device')} in ${countOf(waves.length, 'wave')}` +
      `${bytesToPull === null ? '' : `, ${formatBytes(bytesToPull)} to pull`}.`,
    ...(waves.length > 0 ? ['', ...renderTable(columns, waves, { width: output.width(), paint })] : []),
    ...selectorLines(preview),
    ...hopLines(preview, output),
    ...estimateLines(preview, output),
    ...strataLines(preview, output),
    ...(mergedWaves.length > 0
      ? ['', ...paragraph(output, `Merged, as they would add nobody: ${mergedWaves.join(', ')}.`)]
      : []),
    ...excludedLines(preview, output),
    ...(warnings.length > 0 ? [''] : []),
    ...warnings.flatMap(({ message }) => paragraph(output, plain(message)).map((line) => paint('yellow', line))),
  ]
}

function hopLines({ overHops }: RolloutPreview, output: Output): string[] {
  if (overHops === null) return []
  const { devices, bytesToPull } = overHops
  const bytes = bytesToPull === null ? '' : `, and pull ${formatBytes(bytesToPull)} of that`
  return ['', ...paragraph(output, `${countOf(devices, 'device')} boot other releases on their way${bytes}.`)]
}

function selectorLines({ waves }: RolloutPreview): string[] {
  const lines = waves.flatMap(({ index, name, selector }) =>
    selector === null ? [] : [plain(`  ${index + 1} ${name}: devices that match ${selector}`)],
  )
  return lines.length > 0 ? ['', ...lines] : []
}

function strataLines({ stratifyBy, waves }: RolloutPreview, output: Output): string[] {
  if (stratifyBy === null) return []
  const lines = waves.flatMap(({ index, name, strata, strataCount }) => {
    const more = strataCount > strata.length ? `, and ${strataCount - strata.length} more` : ''
    return paragraph(output, plain(`${index + 1} ${name}: ${strata.map(stratumText).join(', ')}${more}`), '  ')
  })
  return ['', plain(`Dealt over the values of the label ${stratifyBy}:`), ...lines]
}

function stratumText({ value, count }: Wave['strata'][number]): string {
  const name = value === null ? 'without the label' : value === '' ? '""' : value
  return `${name} ${count}`
}

function tripsAt({ failuresToTrip }: Wave): string {
  return failuresToTrip === null ? 'never' : countOf(failuresToTrip, 'failure')
}

function names(devices: Wave['devices']): string {
  return devices.map(({ name }) => name).join(', ')
}
