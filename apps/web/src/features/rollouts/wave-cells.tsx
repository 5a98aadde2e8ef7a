import type { Target } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { inWords } from '../../lib/words.ts'
import { stageMarks, stageOf } from './target-stages.ts'

interface WaveCellsProps {
  name: string
  size: number
  targets: Target[]
}

/**
 * One cell a device. They are pointed at, not tabbed through: by keyboard the same devices are in the table of targets.
 */
export function WaveCells({ name, size, targets }: WaveCellsProps) {
  const free = Math.max(0, size - targets.filter(({ state }) => state !== 'skipped').length)
  return (
    <ul className="cells" aria-label={`Devices of ${name}`}>
      {targets.map((target) => {
        const stage = stageOf[target.state]
        const text = `${target.deviceName}: ${inWords(target.state)}`
        return (
          <li key={target.deviceId}>
            <Link
              className={`cell fill-${stage}`}
              href={paths.device(target.deviceId)}
              prefetch={false}
              tabIndex={-1}
              aria-label={text}
              title={`${text}\n${target.because.message}`}
            >
              <span aria-hidden="true">{stageMarks[stage]}</span>
            </Link>
          </li>
        )
      })}
      {Array.from({ length: free }, (_, index) => (
        <li key={`free-${index}`}>
          <span className="cell fill-free" role="img" aria-label="no device yet" title="No device yet" />
        </li>
      ))}
    </ul>
  )
}
