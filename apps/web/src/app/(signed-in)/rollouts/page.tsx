import { RolloutState } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import Link from 'next/link'
import { RolloutTable } from '../../../features/rollouts/rollout-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { readApi } from '../../../lib/server-api.ts'
import { choice, text } from '../../../lib/search-params.ts'
import { inWords } from '../../../lib/words.ts'
import { AutoForm } from '../../../ui/auto-form.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { NextPage } from '../../../ui/next-page.tsx'
import { Select } from '../../../ui/select.tsx'

export const metadata: Metadata = { title: 'Rollouts' }

export default async function RolloutsPage({ searchParams }: PageProps<'/rollouts'>) {
  const params = await searchParams
  const cursor = text(params.cursor)
  const filters = { channel: text(params.channel), state: choice(params.state, RolloutState.options) }
  const [page, channels] = await readApi((api) =>
    Promise.all([api.rollouts.list({ query: { ...filters, cursor } }), api.channels.list({ query: { limit: 200 } })]),
  )
  return (
    <>
      <div className="title">
        <h1>Rollouts</h1>
        <Link className="button primary" href={paths.newRollout({ channel: filters.channel })}>
          Plan a rollout
        </Link>
      </div>
      <AutoForm label="Rollouts" action={paths.rollouts()} submit="Show">
        <Select
          label="Channel"
          name="channel"
          value={filters.channel}
          none="every channel"
          options={channels.items.map(({ name }) => [name, name])}
        />
        <Select
          label="State"
          name="state"
          value={filters.state}
          none="every state"
          options={RolloutState.options.map((state) => [state, inWords(state)])}
        />
      </AutoForm>
      {page.items.length === 0 ? (
        <NoRollout filtered={Boolean(filters.channel ?? filters.state ?? cursor)} />
      ) : (
        <RolloutTable rollouts={page.items} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.rollouts({ ...filters, cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.rollouts(filters)}
      />
    </>
  )
}

function NoRollout({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState title="No rollout is like that">
        <Link href={paths.rollouts()}>Show all rollouts</Link>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="There is no rollout yet">
      <p>
        A rollout takes one release to the devices of its channel, wave by wave.{' '}
        <Link href={paths.newRollout()}>Plan the first one</Link>
      </p>
    </EmptyState>
  )
}
