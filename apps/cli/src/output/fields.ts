import { fit, plain, textWidth } from './text.ts'
import type { Output } from './output.ts'

export type Field = readonly [name: string, value: string | null | undefined]

/** One line for each field that has a value, the values under each other. */
export function fieldLines(fields: readonly Field[], { width, paint }: Output): string[] {
  const column = Math.max(...fields.map(([name]) => textWidth(name))) + 2
  return fields.flatMap(([name, value]) => {
    if (value === null || value === undefined || value === '') return []
    return [`${paint('dim', name)}${' '.repeat(column - textWidth(name))}${fit(plain(value), width() - column)}`]
  })
}
