const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
]

/** `3 min ago`, `in 2 h`, `just now`; for people, beside the exact instant. */
export function relativeTime(iso: string, now: number): string {
  const difference = now - Date.parse(iso)
  const unit = units.find(({ ms }) => Math.abs(difference) >= ms)
  if (unit === undefined || Math.abs(difference) < 5_000) return 'just now'
  const amount = `${Math.floor(Math.abs(difference) / unit.ms)} ${unit.name}`
  return difference > 0 ? `${amount} ago` : `in ${amount}`
}
