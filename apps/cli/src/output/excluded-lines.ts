import type { RolloutPreview } from '@bootfleet/contracts'
import { paragraph, type Output } from './output.ts'
import { countOf, plain } from './text.ts'

/** Whom a preview leaves out and why, for people; nothing where it leaves nobody out. */
export function excludedLines({ excluded }: Pick<RolloutPreview, 'excluded'>, output: Output): string[] {
  const lines = excluded.flatMap(({ because, count, devices }) => {
    const names = devices.map(({ name }) => name).join(', ')
    const text = `${countOf(count, 'device')}: ${because.message} (${names}${count > devices.length ? ', …' : ''})`
    return paragraph(output, plain(text), '  ')
  })
  return lines.length > 0 ? ['', 'Left out:', ...lines] : []
}
