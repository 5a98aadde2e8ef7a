/** `90` reads `1 min 30 s`, `86400` reads `1 d`: two units at most. */
export function formatSeconds(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [Math.floor(seconds % 60), 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1536` reads `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), sizes.length - 1)
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${sizes[power]}`
}

/** `3 devices`, `1 device`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** Whole percent that never rounds something up to all or down to nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return 'none'
  const exact = (part / whole) * 100
  const rounded = part > 0 && part < whole ? Math.min(Math.max(Math.round(exact), 1), 99) : Math.round(exact)
  return `${rounded} %`
}
