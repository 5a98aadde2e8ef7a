import { expect, test } from 'vitest'
import { createPaint } from './paint.ts'
import { renderTable } from './table.ts'
import { textWidth } from './text.ts'

interface Row {
  name: string
  count: number
  note: string
}

const columns = [
  { title: 'NAME', value: ({ name }: Row) => name, shrinkTo: 6 },
  { title: 'COUNT', value: ({ count }: Row) => String(count), align: 'right' as const },
  { title: 'NOTE', value: ({ note }: Row) => note, shrinkTo: 5 },
]
const rows = [
  { name: 'a', count: 5, note: 'short' },
  { name: 'a-much-longer-name', count: 12, note: 'and a long note\nover two lines' },
]
const paint = createPaint(false)

test('columns are aligned, and a value stays on its line', () => {
  expect(renderTable(columns, rows, { width: Infinity, paint })).toEqual([
    'NAME                COUNT  NOTE',
    'a                       5  short',
    'a-much-longer-name     12  and a long note over two lines',
  ])
})

test('where it does not fit the last column gives way first', () => {
  expect(renderTable(columns, rows, { width: 40, paint })[2]).toBe('a-much-longer-name     12  and a long n…')
  expect(renderTable(columns, rows, { width: 24, paint })[2]).toBe('a-much-lo…     12  and…')
})

test('no line is wider than the terminal as long as the least widths fit', () => {
  for (let width = 20; width < 70; width++)
    for (const line of renderTable(columns, rows, { width, paint })) expect(textWidth(line)).toBeLessThanOrEqual(width)
})
