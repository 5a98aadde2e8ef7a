'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { paths } from '../../lib/paths.ts'

const links = [
  { href: paths.tokens(), name: 'Tokens' },
  { href: paths.registries(), name: 'Registries' },
  { href: paths.audit(), name: 'Audit log' },
]

export function SettingsLinks() {
  const here = usePathname()
  return (
    <nav className="ranges" aria-label="Settings">
      {links.map(({ href, name }) => (
        <Link key={href} href={href} aria-current={here === href ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
