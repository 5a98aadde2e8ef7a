const unitSec: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/** Seconds of `90 s`, `5 min`, `2h` or `1 d`; undefined for anything else. */
export function readSeconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,7})\s*(s|min|m|h|d)$/.exec(text.trim()) ?? []
  if (text.trim() === '0') return 0
  return digits === undefined ? undefined : Number(digits) * (unitSec[unit] ?? 1)
}

/** The same time in the largest unit that needs no fraction: `90 min`. */
export function writeSeconds(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const
  const fits = units.find(([, size]) => seconds > 0 && seconds % size === 0)
  return fits ? `${seconds / fits[1]} ${fits[0]}` : `${seconds} s`
}

/** A count such as `5` or a percentage such as `10 %`; undefined for anything else. */
export function readShare(text: string): { count: number } | { percent: number } | undefined {
  const [, digits, percent] = /^(\d{1,7})\s*(%?)$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  return percent === '' ? { count: Number(digits) } : { percent: Number(digits) }
}

/** Share as it is typed. */
export function writeShare(share: unknown): string {
  if (typeof share !== 'object' || share === null) return typeof share === 'string' ? share : ''
  if ('count' in share) return String(share.count)
  return 'percent' in share ? `${String(share.percent)} %` : ''
}
