/** The desired document that the device has on disk. */
export interface StoredVersion {
  gen: number
  hash: string
}

/** What to do with a verified desired document. Generations only grow; the same one again is answered, not applied. */
export type Judgement = 'accept' | 'repeat' | 'stale' | 'conflict'

export function judgeDesired(stored: StoredVersion | undefined, offered: StoredVersion): Judgement {
  if (stored === undefined || offered.gen > stored.gen) return 'accept'
  if (offered.gen < stored.gen) return 'stale'
  return offered.hash === stored.hash ? 'repeat' : 'conflict'
}
