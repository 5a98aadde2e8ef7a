import type { Metadata } from 'next'
import Link from 'next/link'
import { TokenTable } from '../../../../features/enroll/token-table.tsx'
import { ApiTokenTable } from '../../../../features/settings/api-token-table.tsx'
import { CreateApiToken } from '../../../../features/settings/create-api-token.tsx'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { EmptyState } from '../../../../ui/empty-state.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Tokens' }

export default async function TokensPage({ searchParams }: PageProps<'/settings/tokens'>) {
  const cursor = text((await searchParams).cursor)
  const me = await readMe()
  const refusal = refusalOf(me, 'token:write')
  const enrollment = await readApi((api) => api.enrollmentTokens.list({ query: { limit: 50 } }))
  return (
    <>
      <h1>Tokens</h1>
      <Panel title="Make an API token">
        <CreateApiToken refusal={refusal} />
      </Panel>
      <Panel title="API tokens">
        {refusal === undefined ? <ApiTokens cursor={cursor} /> : <EmptyState title={refusal} />}
      </Panel>
      <Panel title="Enrollment tokens" aside={<Link href={paths.enroll()}>Make an enrollment document</Link>}>
        <TokenTable tokens={enrollment.items} refusal={refusalOf(me, 'enrollment:write')} />
      </Panel>
    </>
  )
}

async function ApiTokens({ cursor }: { cursor: string | undefined }) {
  const page = await readApi((api) => api.apiTokens.list({ query: { limit: 50, ...(cursor && { cursor }) } }))
  return (
    <>
      <ApiTokenTable tokens={page.items} />
      <NextPage
        href={page.nextCursor === null ? undefined : paths.tokens({ cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.tokens()}
      />
    </>
  )
}
