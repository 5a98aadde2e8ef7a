import type { ReactNode } from 'react'

/** `wide`: left out on a phone, in the cells too (`className="wide"`). */
export type Column = string | { name: string; wide: true } | { name: string; number: true }

interface TableProps {
  /** Says what the table holds, for those who do not see it. */
  caption: string
  columns: Column[]
  children: ReactNode
}

/** A table that scrolls by itself where it is too wide, also with the keyboard. */
export function Table({ caption, columns, children }: TableProps) {
  return (
    <div className="table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={nameOf(column)} scope="col" className={classOf(column)}>
                {nameOf(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

function nameOf(column: Column): string {
  return typeof column === 'string' ? column : column.name
}

function classOf(column: Column): string | undefined {
  if (typeof column === 'string') return undefined
  return 'wide' in column ? 'wide' : 'number'
}
