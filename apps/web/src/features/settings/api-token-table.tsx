import type { ApiToken } from '@bootfleet/contracts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { RevokeApiToken } from './revoke-api-token.tsx'

const columns = [
  'Token',
  'State',
  'Role',
  { name: 'Last used', wide: true } as const,
  { name: 'Until', wide: true } as const,
  { name: 'Made by', wide: true } as const,
  'Action',
]

export function ApiTokenTable({ tokens }: { tokens: ApiToken[] }) {
  if (tokens.length === 0) return <EmptyState title="No API token was made yet" />
  const now = Date.now()
  return (
    <Table caption={`API tokens, the newest first, ${tokens.length} on this page`} columns={columns}>
      {tokens.map((token) => {
        const { state, tone, over } = stateOf(token, now)
        return (
          <tr key={token.id}>
            <th scope="row">
              {token.name} <code className="quiet">{token.display}…</code>
            </th>
            <td>
              <Badge state={state} tone={tone} />
            </td>
            <td>{token.role}</td>
            <td className="wide">
              <Instant at={token.lastUsedAt} />
            </td>
            <td className="wide">
              <Instant at={token.expiresAt} absent="for ever" />
            </td>
            <td className="wide">{token.createdBy}</td>
            <td>
              <RevokeApiToken id={token.id} name={token.name} reason={over} />
            </td>
          </tr>
        )
      })}
    </Table>
  )
}

function stateOf({ revokedAt, expiresAt }: ApiToken, now: number) {
  if (revokedAt !== null) return { state: 'revoked', tone: 'quiet', over: 'It is revoked.' } as const
  if (expiresAt !== null && Date.parse(expiresAt) <= now)
    return { state: 'expired', tone: 'quiet', over: 'It has expired.' } as const
  return { state: 'usable', tone: 'good', over: undefined } as const
}
