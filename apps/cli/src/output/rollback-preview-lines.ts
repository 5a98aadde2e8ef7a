import type { RollbackPreview } from '@bootfleet/contracts'
import { formatBytes } from './bytes.ts'
import { estimateLines } from './estimate-lines.ts'
import { excludedLines } from './excluded-lines.ts'
import { paragraph, type Output } from './output.ts'
import { renderTable } from './table.ts'
import { countOf, plain } from './text.ts'

type Destination = RollbackPreview['goesTo'][number]

const columns = [
  { title: 'GOES TO', value: ({ digest, release }: Destination) => release?.name ?? digest.slice(0, 19), shrinkTo: 12 },
  { title: 'BY SLOT', value: ({ bySlot }: Destination) => String(bySlot), align: 'right' as const },
  { title: 'BY PULL', value: ({ byPull }: Destination) => String(byPull), align: 'right' as const },
  {
    title: 'PULLS',
    value: ({ bytesToPull }: Destination) => (bytesToPull === null ? '' : formatBytes(bytesToPull)),
    align: 'right' as const,
  },
  { title: 'FIRST', value: ({ devices }: Destination) => devices.map(({ name }) => name).join(', '), shrinkTo: 10 },
]

/** What rolling a rollout back would do, for people. */
export function rollbackPreviewLines(preview: RollbackPreview, output: Output): string[] {
  const { access, eligible, bySlot, byPull, bytesToPull, goesTo, goesToCount, warnings } = preview
  const { paint } = output
  const bytes = bytesToPull === null ? '' : ` (${formatBytes(bytesToPull)})`
  const more = goesToCount - goesTo.length
  return [
    `${countOf(eligible, 'device')} would go back: ${bySlot} by the slot that they have, ${byPull} by pulling${bytes}.`,
    ...(goesTo.length > 0 ? ['', ...renderTable(columns, goesTo, { width: output.width(), paint })] : []),
    ...(more > 0 ? [`and to ${countOf(more, 'image')} more`] : []),
    ...estimateLines(preview, output),
    ...excludedLines(preview, output),
    ...(access.allowed && warnings.length === 0 ? [] : ['']),
    ...[
      ...(access.allowed ? [] : [`Not possible now: ${access.reason ?? ''}`]),
      ...warnings.map(({ message }) => message),
    ]
      .flatMap((text) => paragraph(output, plain(text)))
      .map((line) => paint('yellow', line)),
  ]
}
