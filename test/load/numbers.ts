/** One number of the output. */
export interface Row {
  readonly value: string
  readonly unit: string
  /** What the number counts. */
  readonly what: string
}

export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
  /** What one must know to read them. */
  readonly notes?: readonly string[]
}

/** `p50 / p90 / p99` and so on: the smallest value that this share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Three figures, or all of a large number. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100 || Number.isInteger(value))
    return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return value.toPrecision(3)
}

export function row(value: number | string, unit: string, what: string): Row {
  return { value: typeof value === 'number' ? figure(value) : value, unit, what }
}

/** One row with the given percentiles (1 is the maximum). */
export function spread(values: readonly number[], shares: readonly number[], what: string): Row {
  const names = shares.map((share) => (share === 1 ? 'max' : `p${share * 100}`)).join('/')
  return row(shares.map((share) => figure(percentile(values, share))).join(' / '), 'ms', `${names}: ${what}`)
}
