import type { Metadata } from 'next'
import { RolloutTable } from '../../../features/rollouts/rollout-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { text } from '../../../lib/search-params.ts'
import { readApi } from '../../../lib/server-api.ts'
import { NextPage } from '../../../ui/next-page.tsx'

export const metadata: Metadata = { title: 'Rollouts' }

export default async function RolloutsPage({ searchParams }: PageProps<'/rollouts'>) {
  const cursor = text((await searchParams).cursor)
  const page = await readApi((api) => api.rollouts.list({ query: cursor ? { cursor } : {} }))
  return (
    <>
      <h1>Rollouts</h1>
      <RolloutTable rollouts={page.items} />
      <NextPage
        href={page.nextCursor === null ? undefined : paths.rollouts({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.rollouts()}
      />
    </>
  )
}
