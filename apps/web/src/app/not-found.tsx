import Link from 'next/link'
import { paths } from '../lib/paths.ts'

export default function NotFound() {
  return (
    <main id="content">
      <h1>There is nothing here</h1>
      <p>
        It may have been removed, or belong to another organization. <Link href={paths.devices()}>Go to devices</Link>
      </p>
    </main>
  )
}
