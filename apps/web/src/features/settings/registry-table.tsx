import type { Registry } from '@bootfleet/contracts'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { RegistryVerbs } from './registry-verbs.tsx'

const columns = [
  'Registry or repository',
  { name: 'User', wide: true } as const,
  { name: 'Devices', wide: true } as const,
  { name: 'Stored', wide: true } as const,
  'Action',
]

export function RegistryTable({ registries, refusal }: { registries: Registry[]; refusal: string | undefined }) {
  return (
    <Table caption={`Credentials by scope, ${registries.length} on this page`} columns={columns}>
      {registries.map(({ id, scope, username, forDevices, createdAt }) => (
        <tr key={id}>
          <th scope="row">
            <code className="breaks">{scope}</code>
            <span className="phone quiet">
              {username}, devices {forDevices ? 'get it too' : 'do not get it'}
            </span>
          </th>
          <td className="wide">{username}</td>
          <td className="wide">{forDevices ? 'get it too' : <span className="quiet">do not get it</span>}</td>
          <td className="wide">
            <Instant at={createdAt} />
          </td>
          <td>
            <RegistryVerbs {...{ id, scope, username, forDevices, refusal }} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
