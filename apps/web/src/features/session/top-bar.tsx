'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { BrandMark } from '../../ui/brand-mark.tsx'
import { LiveStatus } from '../live/live-status.tsx'
import { SignOut } from './sign-out.tsx'

const links = [
  { href: paths.fleet(), name: 'Fleet', under: /^\/$/ },
  { href: paths.devices(), name: 'Devices', under: /^\/(devices|enroll)(\/|$)/ },
  { href: paths.groups(), name: 'Groups', under: /^\/groups(\/|$)/ },
  { href: paths.channels(), name: 'Channels', under: /^\/(channels|releases)(\/|$)/ },
  { href: paths.policies(), name: 'Policies', under: /^\/(policies|new-policy)(\/|$)/ },
  { href: paths.rollouts(), name: 'Rollouts', under: /^\/rollouts(\/|$)/ },
  { href: paths.signals(), name: 'Signals', under: /^\/signals(\/|$)/ },
  { href: paths.tokens(), name: 'Settings', under: /^\/settings(\/|$)/ },
]

export function TopBar({ name, organization }: { name: string; organization: string }) {
  const here = usePathname()
  return (
    <header className="top">
      <Link href={paths.fleet()} className="brand">
        <BrandMark />
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
