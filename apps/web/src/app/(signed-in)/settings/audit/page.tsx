import type { AuditActor, AuditEntry } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import Link from 'next/link'
import { AuditTable } from '../../../../features/settings/audit-table.tsx'
import { subjectKinds } from '../../../../features/settings/subject-kinds.ts'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { inWords } from '../../../../lib/words.ts'
import { AutoForm } from '../../../../ui/auto-form.tsx'
import { EmptyState } from '../../../../ui/empty-state.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Select } from '../../../../ui/select.tsx'
import { TextFilter } from '../../../../ui/text-filter.tsx'

export const metadata: Metadata = { title: 'Audit log' }

export default async function AuditPage({ searchParams }: PageProps<'/settings/audit'>) {
  const params = await searchParams
  const cursor = text(params.cursor)
  const filters = {
    kind: text(params.kind),
    action: text(params.action),
    actor: text(params.actor),
    subject: text(params.subject),
  }
  const refusal = refusalOf(await readMe(), 'audit:read')
  if (refusal !== undefined) {
    return (
      <>
        <h1>Audit log</h1>
        <EmptyState title={refusal} />
      </>
    )
  }
  const [page, actors] = await readApi((api) =>
    Promise.all([api.audit.list({ query: { ...filters, cursor } }), api.audit.actors({ query: { limit: 200 } })]),
  )
  const who = whoText(filters.actor, actors.items, page.items)
  return (
    <>
      <h1>Audit log</h1>
      <AutoForm label="Audit log" action={paths.audit()} submit="Show">
        <Select
          label="Kind"
          name="kind"
          value={filters.kind}
          none="every kind"
          options={subjectKinds.map((kind) => [kind, inWords(kind)])}
        />
        <TextFilter label="Action" name="action" value={filters.action} maxLength={64} placeholder="rollout.pause" />
        <TextFilter label="Who" name="actor" value={who} maxLength={254} choices={actors.items.map(choiceOf)} />
        <TextFilter label="To what (id)" name="subject" value={filters.subject} maxLength={64} />
      </AutoForm>
      {page.items.length === 0 ? (
        <EmptyState title="No entry is like that">
          <Link href={paths.audit()}>Show all entries</Link>
        </EmptyState>
      ) : (
        <AuditTable entries={page.items} filters={filters} />
      )}
      <NextPage
        href={page.nextCursor === null ? undefined : paths.audit({ ...filters, cursor: page.nextCursor })}
        first={cursor === undefined ? undefined : paths.audit(filters)}
      />
    </>
  )
}

function choiceOf({ kind, name, email }: AuditActor): readonly [string, string] {
  return email === null ? [name, `${name}, ${kind === 'token' ? 'API token' : kind}`] : [email, name]
}

/** Who is asked for, by e-mail or name where the address has an id. */
function whoText(actor: string | undefined, known: AuditActor[], entries: AuditEntry[]): string | undefined {
  const found = known.find(({ id }) => id === actor)
  return found?.email ?? found?.name ?? entries.find((entry) => entry.actor.id === actor)?.actor.name ?? actor
}
