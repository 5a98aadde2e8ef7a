'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { SignOut } from './sign-out.tsx'

const links = [
  { href: paths.devices(), name: 'Devices' },
  { href: paths.rollouts(), name: 'Rollouts' },
]

export function TopBar({ name, organization }: { name: string; organization: string }) {
  const here = usePathname()
  return (
    <header className="top">
      <span className="brand">bootfleet</span>
      <nav aria-label="Main">
        {links.map((link) => (
          <Link key={link.href} href={link.href} aria-current={here.startsWith(link.href) ? 'page' : undefined}>
            {link.name}
          </Link>
        ))}
      </nav>
      <span className="quiet">
        {name}, {organization}
      </span>
      <SignOut />
    </header>
  )
}
