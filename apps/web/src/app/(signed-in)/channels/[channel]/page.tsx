import type { Metadata } from 'next'
import Link from 'next/link'
import { ChannelGroups } from '../../../../features/channels/channel-groups.tsx'
import { PublishRelease } from '../../../../features/channels/publish-release.tsx'
import { ReleaseTable } from '../../../../features/channels/release-table.tsx'
import { releaseName } from '../../../../features/rollouts/release-name.ts'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { Facts } from '../../../../ui/facts.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Channel' }

export default async function ChannelPage({ params, searchParams }: PageProps<'/channels/[channel]'>) {
  const { channel: key } = await params
  const cursor = text((await searchParams).cursor)
  const [[channel, releases, groups], me] = await Promise.all([readChannel(key, cursor), readMe()])
  const { name, repository, current, defaultPolicy, description } = channel
  return (
    <>
      <div className="title">
        <h1>{name}</h1>
        <Link className="button" href={paths.rollouts({ channel: name })}>
          Its rollouts
        </Link>
      </div>
      {description !== '' && <p>{description}</p>}
      <Facts
        facts={[
          ['Repository', <code>{repository}</code>],
          [
            'Current release',
            current === null ? (
              'none completed yet'
            ) : (
              <Link href={paths.release(current.id)}>{releaseName(current)}</Link>
            ),
          ],
          ['Default policy', defaultPolicy?.name ?? 'standard'],
        ]}
      />
      <Panel title="Publish a release">
        <PublishRelease channel={{ name, repository }} refusal={refusalOf(me, 'release:create')} />
      </Panel>
      <Panel title="Releases">
        <ReleaseTable channel={channel} releases={releases.items} />
        <NextPage
          href={releases.nextCursor === null ? undefined : paths.channel(name, { cursor: releases.nextCursor })}
          first={cursor === undefined ? undefined : paths.channel(name)}
        />
      </Panel>
      <Panel title="Groups that follow it">
        <ChannelGroups channel={channel} groups={groups.items} refusal={refusalOf(me, 'group:write')} />
      </Panel>
    </>
  )
}

function readChannel(key: string, cursor: string | undefined) {
  const params = { channel: key }
  return readApi((api) =>
    Promise.all([
      api.channels.get({ params }),
      api.releases.list({ params, query: { limit: 20, ...(cursor && { cursor }) } }),
      api.groups.list({ query: { limit: 200 } }),
    ]),
  )
}
