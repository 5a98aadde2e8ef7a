import type { DeviceMachine } from '@bootfleet/contracts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'

/** What of a device does not come from its image. */
export function DriftList({ drift }: { drift: DeviceMachine['drift'] }) {
  if (drift === null) return <EmptyState title="Not reported yet" />
  const { count, etc, packages, kernelArguments, usrOverlay, pinned } = drift.document
  const files = etc?.files.map(({ path, change }) => `${change} /etc/${path}`) ?? []
  return (
    <>
      <p>
        {count === 0 ? 'It is just its image' : `${count} in all`}, reported <Instant at={drift.receivedAt} />
      </p>
      <Facts
        facts={[
          ['Files in /etc', etc === null ? 'cannot be told' : <Entries count={etc.count} entries={files} />],
          ['Packages', <Entries count={packages.count} entries={packages.names} />],
          ['Kernel arguments', <Entries count={kernelArguments.count} entries={kernelArguments.list} />],
          ['Overlay over /usr', usrOverlay ?? 'none'],
          ['Pinned on its disk', pinned],
        ]}
      />
    </>
  )
}

function Entries({ count, entries }: { count: number; entries: string[] }) {
  if (count === 0) return <>none</>
  if (entries.length === 0) return <>{count}</>
  return (
    <details>
      <summary>{count}</summary>
      <ul>
        {entries.map((entry) => (
          <li key={entry}>
            <code>{entry}</code>
          </li>
        ))}
      </ul>
      {count > entries.length && <p className="quiet">and {count - entries.length} more</p>}
    </details>
  )
}
