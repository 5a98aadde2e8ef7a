import type { ReactNode } from 'react'
import { LiveRefresh } from '../../features/live/live-refresh.tsx'
import { TopBar } from '../../features/session/top-bar.tsx'
import { readApi } from '../../lib/server-api.ts'

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const me = await readApi((api) => api.sessions.me())
  return (
    <>
      <TopBar name={me.name} organization={me.organization.name} />
      <main id="content">
        {me.organization.freeze && (
          <p className="note" role="status">
            The organization is frozen: nothing is granted until it is lifted.
          </p>
        )}
        {children}
      </main>
      <LiveRefresh />
    </>
  )
}
