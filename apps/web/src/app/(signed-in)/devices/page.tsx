import { deviceHealths, deviceStates } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import Link from 'next/link'
import { DeviceFilters } from '../../../features/devices/device-filters.tsx'
import { DeviceTable } from '../../../features/devices/device-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { choice, text } from '../../../lib/search-params.ts'
import { readApi, readApiOrProblem } from '../../../lib/server-api.ts'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { NextPage } from '../../../ui/next-page.tsx'

export const metadata: Metadata = { title: 'Devices' }

export default async function DevicesPage({ searchParams }: PageProps<'/devices'>) {
  const params = await searchParams
  const filters = {
    q: text(params.q),
    group: text(params.group),
    channel: text(params.channel),
    state: choice(params.state, deviceStates),
    digest: text(params.digest),
    health: choice(params.health, deviceHealths),
    quarantined: choice(params.quarantined, ['true', 'false'] as const),
    selector: text(params.selector),
    drifted: choice(params.drifted, ['true', 'false'] as const),
  }
  const cursor = text(params.cursor)
  const query = { limit: 200 }
  const [{ value: page, problem }, groups, channels] = await Promise.all([
    readApiOrProblem((api) => api.devices.list({ query: { ...filters, cursor } })),
    readApi((api) => api.groups.list({ query })),
    readApi((api) => api.channels.list({ query })),
  ])
  const filtered = Object.values(filters).some((value) => value !== undefined)
  return (
    <>
      <div className="title">
        <h1>Devices</h1>
        <Link className="button" href={paths.enroll()}>
          Enroll a device
        </Link>
      </div>
      <DeviceFilters filters={filters} groups={groups.items} channels={channels.items} />
      {problem && <p role="alert">{problem.errors?.map(({ message }) => message).join(' ') || problem.detail}</p>}
      {page?.items.length === 0 && <NoDevice filtered={filtered || cursor !== undefined} />}
      {page && page.items.length > 0 && <DeviceTable devices={page.items} />}
      <NextPage
        href={page?.nextCursor ? paths.devices({ ...filters, cursor: page.nextCursor }) : undefined}
        first={cursor === undefined ? undefined : paths.devices(filters)}
      />
    </>
  )
}

function NoDevice({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState title="No device is like that">
        <Link href={paths.devices()}>Show all devices</Link>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="There is no device yet">
      <p>
        A device appears here when its agent has enrolled. <Link href={paths.enroll()}>Enroll the first one</Link>
      </p>
    </EmptyState>
  )
}
