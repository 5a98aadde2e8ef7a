import type { Metadata } from 'next'
import Link from 'next/link'
import { PostSignal } from '../../../features/signals/post-signal.tsx'
import { SignalTable } from '../../../features/signals/signal-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../lib/read-me.ts'
import { choice, text } from '../../../lib/search-params.ts'
import { readApi } from '../../../lib/server-api.ts'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { NextPage } from '../../../ui/next-page.tsx'
import { Panel } from '../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Signals' }

export default async function SignalsPage({ searchParams }: PageProps<'/signals'>) {
  const params = await searchParams
  const cursor = text(params.cursor)
  const show = choice(params.show, ['all'])
  const state = show ?? 'in_force'
  const page = await readApi((api) => api.signals.list({ query: { state, ...(cursor && { cursor }) } }))
  const refusal = refusalOf(await readMe(), 'signal:write')
  return (
    <>
      <div className="title">
        <h1>Signals</h1>
        <nav className="ranges" aria-label="Which signals">
          <Link href={paths.signals()} aria-current={show === undefined ? 'true' : undefined}>
            In force
          </Link>
          <Link href={paths.signals({ show: 'all' })} aria-current={show === 'all' ? 'true' : undefined}>
            History
          </Link>
        </nav>
      </div>
      {page.items.length === 0 ? (
        <EmptyState title={show === 'all' ? 'No signal was ever posted' : 'No signal is in force'}>
          Monitoring systems post here what they see of devices. An unhealthy signal holds the rollouts of its devices,
          or trips their gate where the policy says so.
        </EmptyState>
      ) : (
        <SignalTable signals={page.items} refusal={refusal} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.signals({ show, cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.signals({ show })}
      />
      <Panel title="Post a signal">
        <p className="quiet">
          It lasts an hour unless it is posted again. For a monitoring system make a{' '}
          <Link href={paths.tokens()}>token</Link> of the role monitor, and have it post to <code>/v1/signals</code>.
        </p>
        <PostSignal refusal={refusal} />
      </Panel>
    </>
  )
}
