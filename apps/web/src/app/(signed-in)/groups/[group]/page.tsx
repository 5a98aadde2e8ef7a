import type { Group } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import Link from 'next/link'
import { FreezeButton } from '../../../../features/freeze/freeze-button.tsx'
import { DeleteGroup } from '../../../../features/groups/delete-group.tsx'
import { groupState } from '../../../../features/groups/group-state.ts'
import { shareText, windowText } from '../../../../features/groups/group-words.ts'
import { UsageFacts } from '../../../../features/groups/usage-facts.tsx'
import { OpeningsList } from '../../../../features/groups/openings-list.tsx'
import { counted } from '../../../../lib/amounts.ts'
import { formatInstant } from '../../../../lib/instant.ts'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { Badge } from '../../../../ui/badge.tsx'
import { EmptyState } from '../../../../ui/empty-state.tsx'
import { Facts } from '../../../../ui/facts.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Group' }

export default async function GroupPage({ params }: PageProps<'/groups/[group]'>) {
  const { group: key } = await params
  const at = { group: key }
  const [[group, usage], me] = await Promise.all([
    readApi((api) => Promise.all([api.groups.get({ params: at }), api.groups.usage({ params: at })])),
    readMe(),
  ])
  const { name, description, channel, devices, freeze, windows, blackouts } = group
  const now = Date.now()
  return (
    <>
      <div className="title">
        <h1>
          {name} <Badge {...groupState(group, { now, everywhere: me.organization.freeze })} />
        </h1>
        <Link className="button" href={paths.editGroup(name)}>
          Edit
        </Link>
      </div>
      {description !== '' && <p>{description}</p>}
      {freeze !== null && (
        <p className="note note-bad" role="status">
          <strong>Frozen.</strong> Nothing is granted in this group: {freeze.reason} ({freeze.by}, since{' '}
          {formatInstant(freeze.since)}).
        </p>
      )}
      <div className="verbs" role="group" aria-label="What you can do">
        <FreezeButton group={name} frozen={freeze} refusal={refusalOf(me, 'freeze:write')} />
        <DeleteGroup name={name} reason={refusalOf(me, 'group:write') ?? whyNotDelete(group)} />
      </div>
      <Facts
        facts={[
          ['Channel', channel === null ? 'none' : <Link href={paths.channel(channel.name)}>{channel.name}</Link>],
          ['Devices', <Link href={paths.devices({ group: name })}>{counted(devices, 'device')}</Link>],
        ]}
      />
      <div className="columns">
        <Panel title="When devices may apply">
          <Windows windows={windows} />
          <h3>Next openings</h3>
          <OpeningsList windows={windows} blackouts={blackouts} now={now} />
        </Panel>
        <Panel title="How many at a time">
          <BudgetFacts budget={group.budget} />
          <h3>Now</h3>
          <UsageFacts usage={usage} />
        </Panel>
      </div>
      <Panel title="Blackouts">
        <Blackouts blackouts={blackouts} now={now} />
      </Panel>
    </>
  )
}

function whyNotDelete({ name, devices }: Group): string | undefined {
  if (name === 'default') return 'Devices without a group belong to it.'
  return devices > 0 ? `${counted(devices, 'device')} belong to it: move or remove them first.` : undefined
}

function Windows({ windows }: Pick<Group, 'windows'>) {
  if (windows.length === 0) return <p>At any time: no window is set.</p>
  return (
    <ul className="reasons">
      {windows.map((window) => (
        <li key={windowText(window)}>{windowText(window)}</li>
      ))}
    </ul>
  )
}

function BudgetFacts({ budget }: Pick<Group, 'budget'>) {
  const { maxUnavailable, groupBy, maxUnavailablePerValue = maxUnavailable, maxDownloading } = budget
  return (
    <Facts
      facts={[
        ['Away to apply', `${shareText(maxUnavailable)} of its devices`],
        ...(groupBy === undefined ? [] : [[`Of each ${groupBy}`, shareText(maxUnavailablePerValue)] as const]),
        ['Downloading', counted(maxDownloading, 'device')],
      ]}
    />
  )
}

function Blackouts({ blackouts, now }: { blackouts: Group['blackouts']; now: number }) {
  if (blackouts.length === 0) return <EmptyState title="No blackout is set" />
  return (
    <ul className="reasons">
      {blackouts.map(({ from, to, reason }) => (
        <li key={`${from} ${to} ${reason}`} className={Date.parse(to) < now ? 'quiet' : undefined}>
          {formatInstant(new Date(from).toISOString())} to {formatInstant(new Date(to).toISOString())}: {reason}
          {Date.parse(to) < now && ' (over)'}
        </li>
      ))}
    </ul>
  )
}
