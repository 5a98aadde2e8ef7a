import type { PolicyVersion } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'

interface VersionTableProps {
  policy: string
  versions: PolicyVersion[]
  current: number
  shown: number
}

/** What a policy was and who made it so. */
export function VersionTable({ policy, versions, current, shown }: VersionTableProps) {
  return (
    <Table caption={`Versions, the newest first, ${versions.length} on this page`} columns={['Version', 'Made', 'By']}>
      {versions.map(({ version, createdAt, createdBy }) => (
        <tr key={version}>
          <th scope="row">
            <Link
              href={paths.policy(policy, version === current ? {} : { version: String(version) })}
              aria-current={version === shown ? 'true' : undefined}
            >
              Version {version}
            </Link>{' '}
            {version === current && <Badge state="current" tone="good" />}
          </th>
          <td>
            <Instant at={createdAt} />
          </td>
          <td>{createdBy || <span className="quiet">setup</span>}</td>
        </tr>
      ))}
    </Table>
  )
}
