import Link from 'next/link'
import { EmptyState } from '../../ui/empty-state.tsx'
import type { Attention } from './attention.ts'

export function AttentionList({ items }: { items: Attention[] }) {
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing needs you">
        <p>No rollout is paused, and every device that was ever seen is here and well.</p>
      </EmptyState>
    )
  }
  return (
    <ul className="attention">
      {items.map(({ text, detail, href }) => (
        <li key={href + text}>
          <Link href={href}>{text}</Link>
          <span className="quiet">{detail}</span>
        </li>
      ))}
    </ul>
  )
}
