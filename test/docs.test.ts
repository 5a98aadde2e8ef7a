import { describe, expect, test } from 'vitest'
import { readText, repositoryFiles } from './architecture/files.ts'
import { anchors, relativeLinks } from './architecture/markdown.ts'

const files = repositoryFiles()
const documents = files.filter((file) => file.endsWith('.md'))
const folders = new Set(files.flatMap((file) => file.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))))

describe('documents', () => {
  test('every relative link points to a file or folder of the repository', () => {
    const broken = documents
      .flatMap((file) => relativeLinks(file, readText(file)))
      .filter(({ file }) => !files.includes(file) && !folders.has(file === '.' ? '' : file))
    expect(broken.map(({ from, written }) => `${from}: ${written}`)).toEqual([])
  })

  test('every link to a heading finds it', () => {
    const broken = documents
      .flatMap((file) => relativeLinks(file, readText(file)))
      .filter(({ file, anchor }) => anchor !== '' && documents.includes(file) && !anchors(readText(file)).has(anchor))
    expect(broken.map(({ from, written }) => `${from}: ${written}`)).toEqual([])
  })

  test('links are found in prose and not in code', () => {
    const text = 'See [a](../a.md#x-y) and `[b](b.md)`.\n\n```\n[c](c.md)\n```\n[d]: ./d.md\n[e](https://example.com)'
    expect(relativeLinks('docs/adr/z.md', text).map((link) => link.file)).toEqual(['docs/a.md', 'docs/adr/d.md'])
    expect([...anchors('# One `two`\n## One two\n')]).toEqual(['one-two', 'one-two-1'])
  })

  test('every line of the agent’s unit is explained', () => {
    const keys = [...readText('deploy/agent/bootfleet-agent.service').matchAll(/^(\w+=)/gm)].map(
      ([, key]) => `\`${key}\``,
    )
    const text = readText('docs/agent.md')
    expect(keys.filter((key) => !text.includes(key))).toEqual(['`Description=`', '`WantedBy=`'])
  })
})
