import type { Metadata } from 'next'
import { DeviceTable } from '../../../features/devices/device-table.tsx'
import { FleetCounts } from '../../../features/devices/fleet-counts.tsx'
import { paths } from '../../../lib/paths.ts'
import { readApi } from '../../../lib/server-api.ts'
import { text } from '../../../lib/search-params.ts'
import { NextPage } from '../../../ui/next-page.tsx'

export const metadata: Metadata = { title: 'Devices' }

export default async function DevicesPage({ searchParams }: PageProps<'/devices'>) {
  const params = await searchParams
  const q = text(params.q)
  const cursor = text(params.cursor)
  const [page, summary] = await readApi((api) =>
    Promise.all([api.devices.list({ query: { ...(q && { q }), ...(cursor && { cursor }) } }), api.fleet.summary()]),
  )
  return (
    <>
      <h1>Devices</h1>
      <FleetCounts summary={summary} />
      <form className="search" role="search">
        <label>
          Name or hardware id
          <input name="q" type="search" defaultValue={q} maxLength={100} />
        </label>
        <button type="submit">Search</button>
      </form>
      <DeviceTable devices={page.items} />
      <NextPage
        href={page.nextCursor === null ? undefined : paths.devices({ q, cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.devices({ q })}
      />
    </>
  )
}
