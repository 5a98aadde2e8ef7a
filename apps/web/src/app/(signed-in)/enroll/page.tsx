import type { Metadata } from 'next'
import { CreateToken } from '../../../features/enroll/create-token.tsx'
import { PendingList } from '../../../features/enroll/pending-list.tsx'
import { TokenTable } from '../../../features/enroll/token-table.tsx'
import { readMe, refusalOf } from '../../../lib/read-me.ts'
import { readApi } from '../../../lib/server-api.ts'
import { Instant } from '../../../ui/instant.tsx'
import { Panel } from '../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Enroll a device' }

export default async function EnrollPage() {
  const [groups, tokens, pending] = await readApi((api) =>
    Promise.all([
      api.groups.list({ query: { limit: 200 } }),
      api.enrollmentTokens.list({ query: { limit: 50 } }),
      api.enrollments.list({ query: { state: 'pending', limit: 50 } }),
    ]),
  )
  const refusal = refusalOf(await readMe(), 'enrollment:write')
  const asking = pending.items.map((item) => ({ ...item, asked: <Instant at={item.createdAt} /> }))
  return (
    <>
      <h1>Enroll a device</h1>
      {asking.length > 0 && (
        <Panel title="Waiting to be let in">
          <PendingList pending={asking} refusal={refusal} />
        </Panel>
      )}
      <Panel title="Make an enrollment document">
        <CreateToken groups={groups.items} refusal={refusal} />
      </Panel>
      <Panel title="Enrollment documents">
        <TokenTable tokens={tokens.items} refusal={refusal} />
      </Panel>
    </>
  )
}
