import type { ReactNode } from 'react'

interface TableProps {
  /** Says what the table holds, for those who do not see it. */
  caption: string
  columns: string[]
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
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
