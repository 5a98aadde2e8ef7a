import type { AuditEntry } from '@bootfleet/contracts'
import Link from 'next/link'
import { Fragment } from 'react'
import { paths, type AuditFilters } from '../../lib/paths.ts'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { detailText, subjectHref } from './audit-words.ts'

interface AuditTableProps {
  entries: AuditEntry[]
  filters: AuditFilters
}

/** Who did what; each name narrows the log to what that one did, each id to what was done to it. */
export function AuditTable({ entries, filters }: AuditTableProps) {
  return (
    <Table
      caption={`Entries, the newest first, ${entries.length} on this page`}
      columns={['When', 'Who', 'What', 'To what', { name: 'Detail', wide: true }]}
    >
      {entries.map(({ id, at, actor, action, subject, detail }) => {
        const href = subjectHref(subject)
        return (
          <tr key={id}>
            <td>
              <Instant at={at} />
            </td>
            <td>
              <Link href={paths.audit({ ...filters, cursor: undefined, actor: actor.id })}>{actor.name}</Link>{' '}
              {actor.kind !== 'user' && <span className="quiet">{actor.kind}</span>}
            </td>
            <td>
              <Action action={action} />
            </td>
            <td className="links">
              <Link href={paths.audit({ ...filters, cursor: undefined, subject: subject.id })} title={subject.id}>
                {subject.kind.replaceAll('_', ' ')}
              </Link>
              {href && (
                <Link className="quiet" href={href}>
                  open<span className="hidden"> the {subject.kind}</span>
                </Link>
              )}
            </td>
            <td className="wide">
              <span className="quiet">{detailText(detail)}</span>
            </td>
          </tr>
        )
      })}
    </Table>
  )
}

/** On a phone it breaks where its words end. */
function Action({ action }: Pick<AuditEntry, 'action'>) {
  return (
    <code>
      {action.split(/(?<=[._])/).map((part, index) => (
        <Fragment key={`${index} ${part}`}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </code>
  )
}
