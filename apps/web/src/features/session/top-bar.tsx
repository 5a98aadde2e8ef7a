'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { LiveStatus } from '../live/live-status.tsx'
import { SignOut } from './sign-out.tsx'

const links = [
  { href: paths.fleet(), name: 'Fleet', under: /^\/$/ },
  { href: paths.devices(), name: 'Devices', under: /^\/(devices|enroll)(\/|$)/ },
  { href: paths.channels(), name: 'Channels', under: /^\/(channels|releases)(\/|$)/ },
  { href: paths.rollouts(), name: 'Rollouts', under: /^\/rollouts(\/|$)/ },
]

export function TopBar({ name, organization }: { name: string; organization: string }) {
  const here = usePathname()
  return (
    <header className="top">
      <Link href={paths.fleet()} className="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect x="3" y="18" width="7" height="10" rx="1.5" />
          <rect x="12.5" y="11" width="7" height="17" rx="1.5" />
          <rect x="22" y="4" width="7" height="24" rx="1.5" />
        </svg>
        bootfleet
      </Link>
      <nav aria-label="Main">
        {links.map(({ href, name: text, under }) => (
          <Link key={href} href={href} aria-current={under.test(here) ? 'page' : undefined}>
            {text}
          </Link>
        ))}
      </nav>
      <LiveStatus />
      <span className="who">
        <span className="quiet">
          {name}, {organization}
        </span>
        <SignOut />
      </span>
    </header>
  )
}
