import type { Explanation } from '@bootfleet/contracts'
import { paragraph, type Output } from './output.ts'
import { plain } from './text.ts'

/** Reasons as a list, the most important first. */
export function explanationLines({ reasons }: Explanation, output: Output): string[] {
  if (reasons.length === 0) return ['Nothing is in the way.']
  return reasons.flatMap(({ message }) => {
    const [first = '', ...rest] = paragraph(output, plain(message), '  ')
    return [`- ${first.trimStart()}`, ...rest]
  })
}
