import type { EnrollmentToken } from '@bootfleet/contracts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { RevokeToken } from './revoke-token.tsx'

const columns = [
  'Document',
  'State',
  'Used',
  { name: 'Group', wide: true } as const,
  { name: 'Until', wide: true } as const,
  'Action',
]

export function TokenTable({ tokens, refusal }: { tokens: EnrollmentToken[]; refusal: string | undefined }) {
  if (tokens.length === 0) return <EmptyState title="No enrollment document was made yet" />
  return (
    <Table caption={`Enrollment documents, the newest first, ${tokens.length} on this page`} columns={columns}>
      {tokens.map((token) => (
        <tr key={token.id}>
          <th scope="row">
            {token.name} <code className="quiet">{token.display}…</code>
          </th>
          <td>
            <Badge {...stateOf(token)} />
          </td>
          <td className="nowrap">
            {token.uses} of {token.maxUses}
          </td>
          <td className="wide">{token.group.name}</td>
          <td className="wide">
            <Instant at={token.expiresAt} />
          </td>
          <td>
            <RevokeToken
              id={token.id}
              name={token.name}
              reason={token.usable ? refusal : 'It lets nobody in any more.'}
            />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function stateOf({ revokedAt, uses, maxUses, usable }: EnrollmentToken) {
  if (revokedAt !== null) return { state: 'revoked', tone: 'quiet' } as const
  if (usable) return { state: 'usable', tone: 'good' } as const
  return { state: uses >= maxUses ? 'used up' : 'expired', tone: 'quiet' } as const
}
