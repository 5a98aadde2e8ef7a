import type { ReactNode } from 'react'
import { TopBar } from '../../features/session/top-bar.tsx'
import { readMe } from '../../lib/read-me.ts'

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const { name, organization } = await readMe()
  return (
    <>
      <TopBar name={name} organization={organization.name} />
      <main id="content">
        {organization.freeze && (
          <p className="note note-bad" role="status">
            <strong>Frozen.</strong> Nothing is granted in {organization.name}: {organization.freeze.reason} (
            {organization.freeze.by}).
          </p>
        )}
        {children}
      </main>
    </>
  )
}
