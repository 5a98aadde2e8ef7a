import type { Metadata } from 'next'
import { ChannelTable } from '../../../features/channels/channel-table.tsx'
import { CreateChannel } from '../../../features/channels/create-channel.tsx'
import { paths } from '../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../lib/read-me.ts'
import { text } from '../../../lib/search-params.ts'
import { readApi } from '../../../lib/server-api.ts'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { NextPage } from '../../../ui/next-page.tsx'
import { Panel } from '../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Channels' }

export default async function ChannelsPage({ searchParams }: PageProps<'/channels'>) {
  const cursor = text((await searchParams).cursor)
  const [page, groups] = await readApi((api) =>
    Promise.all([api.channels.list({ query: cursor ? { cursor } : {} }), api.groups.list({ query: { limit: 200 } })]),
  )
  const me = await readMe()
  return (
    <>
      <h1>Channels</h1>
      {page.items.length === 0 ? (
        <EmptyState title="There is no channel yet">
          A channel is a stream of releases of one image repository, such as edge-stable.
        </EmptyState>
      ) : (
        <ChannelTable channels={page.items} groups={groups.items} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.channels({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.channels()}
      />
      <Panel title="Create a channel">
        <CreateChannel refusal={refusalOf(me, 'channel:write')} />
      </Panel>
    </>
  )
}
