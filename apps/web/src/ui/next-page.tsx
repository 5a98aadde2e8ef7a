import Link from 'next/link'

/** The way to the rest of a list; nothing on its last page. */
export function NextPage({ href, first }: { href: string | undefined; first: string | undefined }) {
  if (href === undefined && first === undefined) return null
  return (
    <nav className="pages" aria-label="Pages">
      {first !== undefined && <Link href={first}>First page</Link>}
      {href !== undefined && <Link href={href}>Next page</Link>}
    </nav>
  )
}
