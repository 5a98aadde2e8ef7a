import type { Metadata } from 'next'
import Link from 'next/link'
import { PolicyTable } from '../../../features/policies/policy-table.tsx'
import { paths } from '../../../lib/paths.ts'
import { text } from '../../../lib/search-params.ts'
import { readApi } from '../../../lib/server-api.ts'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { NextPage } from '../../../ui/next-page.tsx'

export const metadata: Metadata = { title: 'Policies' }

export default async function PoliciesPage({ searchParams }: PageProps<'/policies'>) {
  const cursor = text((await searchParams).cursor)
  const page = await readApi((api) => api.policies.list({ query: cursor ? { cursor } : {} }))
  return (
    <>
      <div className="title">
        <h1>Policies</h1>
        <Link className="button primary" href={paths.newPolicy()}>
          Write a policy
        </Link>
      </div>
      {page.items.length === 0 ? (
        <EmptyState title="There is no policy yet">
          A policy is the recipe of a rollout: its waves, its gates and what happens when one trips. Without one,
          rollouts use the standard recipe.
        </EmptyState>
      ) : (
        <PolicyTable policies={page.items} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.policies({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.policies()}
      />
    </>
  )
}
