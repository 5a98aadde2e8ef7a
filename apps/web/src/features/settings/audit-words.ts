import type { AuditEntry } from '@bootfleet/contracts'
import { paths } from '../../lib/paths.ts'

const pageOf: Record<string, (id: string) => string> = {
  rollout: (id) => paths.rollout(id),
  device: (id) => paths.device(id),
  channel: (id) => paths.channel(id),
  group: (id) => paths.group(id),
  policy: (id) => paths.policy(id),
  release: (id) => paths.release(id),
}

/** The page of what an entry is about, where there is one. */
export function subjectHref({ kind, id }: AuditEntry['subject']): string | undefined {
  return pageOf[kind]?.(id)
}

const longest = 160

/** What an entry holds, in one line: `reason: incident, from: running`. */
export function detailText(detail: AuditEntry['detail']): string {
  const text = Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
