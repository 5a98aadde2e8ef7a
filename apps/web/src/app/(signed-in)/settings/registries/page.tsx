import type { Metadata } from 'next'
import { CreateRegistry } from '../../../../features/settings/create-registry.tsx'
import { RegistryTable } from '../../../../features/settings/registry-table.tsx'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { EmptyState } from '../../../../ui/empty-state.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Registries' }

export default async function RegistriesPage({ searchParams }: PageProps<'/settings/registries'>) {
  const cursor = text((await searchParams).cursor)
  const page = await readApi((api) => api.registries.list({ query: cursor ? { cursor } : {} }))
  const refusal = refusalOf(await readMe(), 'registry:write')
  return (
    <>
      <h1>Registries</h1>
      {page.items.length === 0 ? (
        <EmptyState title="No registry needs a sign-in yet">
          Images are read without credentials. Store some for registries, or for single repositories, that want them.
        </EmptyState>
      ) : (
        <RegistryTable registries={page.items} refusal={refusal} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.registries({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.registries()}
      />
      <Panel title="Store credentials">
        <CreateRegistry refusal={refusal} />
      </Panel>
    </>
  )
}
