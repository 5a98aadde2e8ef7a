import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { ranges, type Range } from './ranges.ts'

export function RangeLinks({ range }: { range: Range }) {
  return (
    <nav className="ranges" aria-label="Time of the boots">
      {(Object.keys(ranges) as Range[]).map((key) => (
        <Link
          key={key}
          href={paths.fleet({ range: key })}
          aria-current={key === range ? 'true' : undefined}
          scroll={false}
        >
          {ranges[key].name}
        </Link>
      ))}
    </nav>
  )
}
