import type { Freeze } from '@bootfleet/contracts'

export interface FreezeColumns {
  readonly frozenAt: Date | null
  readonly frozenBy: string | null
  readonly freezeReason: string | null
}

/** The freeze of an organization or a group row; null while there is none. */
export function presentFreeze({ frozenAt, frozenBy, freezeReason }: FreezeColumns): Freeze | null {
  if (frozenAt === null) return null
  return { since: frozenAt.toISOString(), by: frozenBy ?? '', reason: freezeReason ?? '' }
}
