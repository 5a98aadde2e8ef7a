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
  { href: paths.channels(), name: 'Channels', under: /^\/(channels|releases)(\/|$)/ },
  { href: paths.rollouts(), name: 'Rollouts', under: /^\/rollouts(\/|$)/ },
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
