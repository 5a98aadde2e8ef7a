import { dirname, join, normalize } from 'node:path'

/** A link as it is written in a document, and the file of the repository that it points to. */
export interface Link {
  from: string
  written: string
  file: string
  anchor: string
}

/** Drops code, in which brackets are not links. */
function prose(text: string): string {
  return text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1.*$/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Links of a document to other files of the repository, or into itself. */
export function relativeLinks(from: string, text: string): Link[] {
  const inline = [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)/g)]
  const reference = [...prose(text).matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)]
  return [...inline, ...reference].flatMap((match) => {
    const written = match[1] ?? ''
    if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(written)) return []
    const [path = '', anchor = ''] = written.split('#')
    const target = path === '' ? from : normalize(join(path.startsWith('/') ? '' : dirname(from), decodeURI(path)))
    return [{ from, written, file: target.replace(/^\/|\/$/g, ''), anchor }]
  })
}

/** The anchors that a renderer makes of the headings. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of text
    .replace(/^(`{3,}|~{3,})[\s\S]*?^\1.*$/gm, '')
    .matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let unique = slug
    for (let n = 1; found.has(unique); n += 1) unique = `${slug}-${n}`
    found.add(unique)
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) found.add(id)
  return found
}
