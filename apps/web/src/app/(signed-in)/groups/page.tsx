import type { Metadata } from 'next'
import { FreezeButton } from '../../../features/freeze/freeze-button.tsx'
import { CreateGroup } from '../../../features/groups/create-group.tsx'
import { GroupTable } from '../../../features/groups/group-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../lib/read-me.ts'
import { text } from '../../../lib/search-params.ts'
import { readApi } from '../../../lib/server-api.ts'
import { NextPage } from '../../../ui/next-page.tsx'
import { Panel } from '../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Groups' }

export default async function GroupsPage({ searchParams }: PageProps<'/groups'>) {
  const cursor = text((await searchParams).cursor)
  const [page, channels] = await readApi((api) =>
    Promise.all([api.groups.list({ query: cursor ? { cursor } : {} }), api.channels.list({ query: { limit: 200 } })]),
  )
  const me = await readMe()
  return (
    <>
      <div className="title">
        <h1>Groups</h1>
        <FreezeButton frozen={me.organization.freeze} refusal={refusalOf(me, 'freeze:write')} />
      </div>
      <GroupTable groups={page.items} everywhere={me.organization.freeze} />
      <NextPage
        href={page.nextCursor === null ? undefined : paths.groups({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.groups()}
      />
      <Panel title="Create a group">
        <CreateGroup channels={channels.items} refusal={refusalOf(me, 'group:write')} />
      </Panel>
    </>
  )
}
