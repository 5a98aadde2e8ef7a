import { formatInstant } from '../lib/instant.ts'

export function Instant({ at, absent = 'never' }: { at: string | null; absent?: string }) {
  return at === null ? <span className="quiet">{absent}</span> : <time dateTime={at}>{formatInstant(at)}</time>
}
