import type { Metadata } from 'next'
import Link from 'next/link'
import { DeletePolicy } from '../../../../features/policies/delete-policy.tsx'
import { recipeFacts, timeoutFacts } from '../../../../features/policies/policy-words.ts'
import { PolicyUses } from '../../../../features/policies/policy-uses.tsx'
import { readPolicy } from '../../../../features/policies/read-policy.ts'
import { RecipeWaves } from '../../../../features/policies/recipe-waves.tsx'
import { VersionTable } from '../../../../features/policies/version-table.tsx'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'
import { Facts } from '../../../../ui/facts.tsx'

export const metadata: Metadata = { title: 'Policy' }

export default async function PolicyPage({ params, searchParams }: PageProps<'/policies/[policy]'>) {
  const { policy: key } = await params
  const query = await searchParams
  const cursor = text(query.cursor)
  const [{ policy, versions, uses, shown }, me] = await Promise.all([
    readPolicy(key, { version: text(query.version), cursor }),
    readMe(),
  ])
  const { name, description } = policy
  return (
    <>
      <div className="title">
        <h1>
          {name} <span className="quiet">version {shown.version}</span>
        </h1>
        <Link className="button" href={paths.editPolicy(name)}>
          Edit
        </Link>
      </div>
      {description !== '' && <p>{description}</p>}
      {shown.version !== policy.version && (
        <p className="note note-attention">
          This is what it was. Rollouts that are made now use{' '}
          <Link href={paths.policy(name)}>version {policy.version}</Link>.
        </p>
      )}
      <div className="verbs" role="group" aria-label="What you can do">
        <DeletePolicy name={name} reason={refusalOf(me, 'policy:write')} />
      </div>
      <Panel title="Waves">
        <RecipeWaves spec={shown.spec} />
      </Panel>
      <div className="columns">
        <Panel title="Rules">
          <Facts look="word-list" facts={recipeFacts(shown.spec)} />
        </Panel>
        <Panel title="Time limits">
          <Facts look="word-list" facts={timeoutFacts(shown.spec)} />
        </Panel>
      </div>
      <div className="columns">
        <Panel title="Rollouts that use it">
          <PolicyUses rollouts={uses.items} />
          <NextPage
            href={uses.nextCursor === null ? undefined : paths.policy(name, { cursor: uses.nextCursor })}
            first={cursor === undefined ? undefined : paths.policy(name)}
          />
        </Panel>
        <Panel title="Versions">
          <VersionTable policy={name} versions={versions} current={policy.version} shown={shown.version} />
        </Panel>
      </div>
    </>
  )
}
