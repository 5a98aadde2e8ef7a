import type { Release } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import Link from 'next/link'
import { ReleaseGraph } from '../../../../features/channels/release-graph.tsx'
import { releaseTitle } from '../../../../features/channels/release-title.ts'
import { formatBytes } from '../../../../lib/amounts.ts'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { Digest } from '../../../../ui/digest.tsx'
import { Facts } from '../../../../ui/facts.tsx'
import { Instant } from '../../../../ui/instant.tsx'
import { Panel } from '../../../../ui/panel.tsx'
import { Table } from '../../../../ui/table.tsx'

export const metadata: Metadata = { title: 'Release' }

export default async function ReleasePage({ params }: PageProps<'/releases/[release]'>) {
  const { release: id } = await params
  const release = await readApi((api) => api.releases.get({ params: { id } }))
  const me = await readMe()
  const { channel, repository, tag, notes, manifests } = release
  return (
    <>
      <div className="title">
        <h1>
          {releaseTitle(release)} <span className="quiet">in {channel.name}</span>
        </h1>
        <Link className="button primary" href={paths.newRollout({ channel: channel.name, release: id })}>
          Roll out
        </Link>
      </div>
      {notes !== '' && <p>{notes}</p>}
      <Facts
        facts={[
          ['Channel', <Link href={paths.channel(channel.name)}>{channel.name}</Link>],
          ['Image', <code>{tag === null ? repository : `${repository}:${tag}`}</code>],
          ['Index digest', release.indexDigest === null ? 'none' : <Digest digest={release.indexDigest} />],
          ['Source', release.source ?? 'not said'],
          ['Revision', release.revision ?? 'not said'],
          ['Built on', release.baseImage ?? 'not said'],
          ['Built', <Instant at={release.imageCreatedAt} absent="not said" />],
          [
            'Published',
            <>
              <Instant at={release.createdAt} /> by {release.createdBy}
            </>,
          ],
        ]}
      />
      <Panel title="Update graph">
        <ReleaseGraph release={release} refusal={refusalOf(me, 'release:create')} />
      </Panel>
      <Manifests manifests={manifests} />
    </>
  )
}

function Manifests({ manifests }: Pick<Release, 'manifests'>) {
  return (
    <Panel title="Manifests">
      <Table
        caption="One image for each architecture"
        columns={['Architecture', 'Digest', { name: 'Size', wide: true }, { name: 'Layers', wide: true }, 'Devices']}
      >
        {manifests.map(({ architecture, manifestDigest, sizeBytes, layers }) => (
          <tr key={manifestDigest}>
            <th scope="row">{architecture}</th>
            <td>
              <Digest digest={manifestDigest} />
            </td>
            <td className="wide">{formatBytes(sizeBytes)}</td>
            <td className="wide">{layers.length}</td>
            <td>
              <Link href={paths.devices({ digest: manifestDigest })}>
                Devices<span className="hidden"> that booted it on {architecture}</span>
              </Link>
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  )
}
