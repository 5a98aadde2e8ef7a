import type { ReactNode } from 'react'
import { SettingsLinks } from '../../../features/settings/settings-links.tsx'

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <SettingsLinks />
      {children}
    </>
  )
}
