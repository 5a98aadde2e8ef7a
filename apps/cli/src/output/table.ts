import { fit, plain, textWidth } from './text.ts'
import type { Format, Paint } from './paint.ts'

export interface Column<T> {
  readonly title: string
  readonly value: (row: T) => string
  readonly align?: 'right'
  /** May be cut when the terminal is too narrow, the last such column first, down to so many columns. */
  readonly shrinkTo?: number
  readonly tone?: (row: T) => Format | undefined
}

export interface TableStyle {
  /** Columns of the terminal; Infinity where lines may have any length. */
  readonly width: number
  readonly paint: Paint
}

const gap = '  '

/** A heading and one line for each row, cut to fit. */
export function renderTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, paint }: TableStyle,
): string[] {
  const texts = rows.map((row) => columns.map(({ value }) => plain(value(row))))
  const natural = columns.map(({ title }, at) =>
    Math.max(textWidth(title), ...texts.map((cells) => textWidth(cells[at] ?? ''))),
  )
  const widths = shrink(natural, columns, width)
  const cell = (text: string, at: number) => pad(fit(text, widths[at] ?? 0), widths[at] ?? 0, columns[at]?.align)
  const join = (cells: string[]) => cells.join(gap).trimEnd()
  const heading = fit(join(columns.map(({ title }, at) => cell(title, at))), width)
  const lines = texts.map((cells, index) => {
    const row = rows[index] as T
    const last = columns.length - 1
    return cells
      .map((text, at) => {
        const padded = at === last && columns[at]?.align !== 'right' ? fit(text, widths[at] ?? 0) : cell(text, at)
        return paint(columns[at]?.tone?.(row), padded)
      })
      .join(gap)
      .trimEnd()
  })
  return [paint('bold', heading), ...lines]
}

function shrink(natural: readonly number[], columns: readonly { shrinkTo?: number }[], width: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1)) - width
  for (let at = widths.length - 1; at >= 0 && excess > 0; at--) {
    const least = columns[at]?.shrinkTo
    const now = widths[at] ?? 0
    if (least === undefined || now <= least) continue
    const next = Math.max(least, now - excess)
    excess -= now - next
    widths[at] = next
  }
  return widths
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'right' ? space + text : text + space
}
