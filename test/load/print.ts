import type { Section } from './numbers.ts'

const width = 80
const valueWidth = 22
const unitWidth = 7

/** Sections as text of at most 80 columns. */
export function printed(sections: readonly Section[]): string {
  return sections.map((section) => `${section.title}\n${bodyOf(section)}`).join('\n\n')
}

/** The rows and notes of a section. */
export function bodyOf({ rows, notes = [] }: Section): string {
  const indent = ' '.repeat(valueWidth + unitWidth + 2)
  const lines = rows.map(({ value, unit, what }) => {
    const [first = '', ...others] = wrap(what, width - indent.length)
    const head = `${value.padStart(valueWidth)} ${unit.padEnd(unitWidth)} ${first}`
    return [head, ...others.map((line) => `${indent}${line}`)].join('\n')
  })
  const remarks = notes.map((note) =>
    wrap(note, width - 2)
      .map((line) => `  ${line}`)
      .join('\n'),
  )
  return [...lines, ...remarks].join('\n')
}

/** Words in lines of so many characters; a longer word has a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
