import type { ReactNode } from 'react'

interface FactsProps {
  facts: (readonly [name: string, value: ReactNode])[]
  /** Beside each other, or sentences one below the other. */
  look?: 'facts' | 'word-list'
}

/** Names with their values. */
export function Facts({ facts, look = 'facts' }: FactsProps) {
  return (
    <dl className={look}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
