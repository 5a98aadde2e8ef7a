import type { Signal } from '@bootfleet/contracts'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { ClearSignal } from './clear-signal.tsx'
import { aboutText } from './signal-words.ts'

const columns = [
  'Signal',
  'State',
  'About',
  { name: 'Says', wide: true } as const,
  { name: 'Since', wide: true } as const,
  { name: 'Until', wide: true } as const,
  'Action',
]

interface SignalTableProps {
  signals: Signal[]
  refusal: string | undefined
}

export function SignalTable({ signals, refusal }: SignalTableProps) {
  return (
    <Table caption={`Signals, the newest first, ${signals.length} on this page`} columns={columns}>
      {signals.map((signal) => (
        <tr key={signal.id}>
          <th scope="row">{signal.name}</th>
          <td>
            <Badge {...stateOf(signal)} />
          </td>
          <td>{about(signal)}</td>
          <td className="wide">{signal.message || <span className="quiet">nothing more</span>}</td>
          <td className="wide">
            <Instant at={signal.since} /> <span className="quiet">by {signal.createdBy}</span>
          </td>
          <td className="wide">
            <Instant at={signal.endedAt ?? signal.expiresAt} />
          </td>
          <td>
            <ClearSignal signal={signal} refusal={signal.inForce ? refusal : 'It is over.'} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function stateOf({ inForce, endedAt }: Signal) {
  if (inForce) return { state: 'unhealthy', tone: 'bad' } as const
  return { state: endedAt === null ? 'expired' : 'ended', tone: 'quiet' } as const
}

function about(signal: Signal): ReactNode {
  if (signal.selector !== null)
    return (
      <Link href={paths.devices({ selector: signal.selector })}>
        <code>{signal.selector}</code>
      </Link>
    )
  const [only, ...others] = signal.devices ?? []
  return only !== undefined && others.length === 0 ? <Link href={paths.device(only)}>1 device</Link> : aboutText(signal)
}
