const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** `3 h`: one unit from two of it on, rounded up, so that nothing is promised too early. */
function roughly(ms: number): string {
  const [name, size] = units.find(([, length]) => ms > 2 * length) ?? units[2]
  return `${Math.max(1, Math.ceil(ms / size))} ${name}`
}

/** `about 3 h (until 14:20 UTC), at most 5 h`; the day stands there when it is another one. */
export function spanWords({ from, p50, p90 }: { from: string; p50: string; p90: string }): string {
  const begin = Date.parse(from)
  const until = p50.slice(0, 10) === from.slice(0, 10) ? p50.slice(11, 16) : p50.slice(0, 16).replace('T', ' ')
  const [half, most] = [roughly(Date.parse(p50) - begin), roughly(Date.parse(p90) - begin)]
  return `about ${half} (until ${until} UTC)${most === half ? '' : `, at most ${most}`}`
}
