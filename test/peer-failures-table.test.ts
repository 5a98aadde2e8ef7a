import { expect, test } from 'vitest'
import { readText } from './architecture/files.ts'

const files = [
  ...['success', 'gate', 'wave', 'budget', 'clock', 'operator'].map((name) => `test/peer-failures/${name}.test.ts`),
  'test/integration/peer-failures.test.ts',
  'test/integration/peer-failures-survival.test.ts',
]

interface Row {
  readonly defect: string
  readonly name: string
}

/** Tests of a file, each with the comment above it, which says what goes wrong elsewhere. */
function rowsOf(text: string): Row[] {
  const test = /((?:^ *\/\/ .*\n)+) *test(?:\.each\([\s\S]*?\))?\(\s*'((?:[^'\\]|\\.)*)'/gm
  return [...text.matchAll(test)].map(([, comment = '', name = '']) => ({
    defect: comment
      .replaceAll(/^ *\/\/ /gm, '')
      .trim()
      .replaceAll('\n', ' '),
    name: name.replaceAll("\\'", "'"),
  }))
}

function tableOf(path: string): string {
  const rows = rowsOf(readText(path)).map(({ defect, name }) => `| ${cell(defect)} | ${cell(name)} |`)
  const lines = [`## [${path}](../../${path})`, '', '| what goes wrong elsewhere | what happens here |', '|---|---|']
  return [...lines, ...rows, ''].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

const intro = `# Failures of others

How other systems that roll out updates have failed their operators, and the test that shows what happens here instead. The
table is made from the tests: \`npx vitest run --project unit test/peer-failures-table.test.ts -u\` writes it anew.
`

test('each test of a failure of others says what goes wrong elsewhere', () => {
  for (const path of files) {
    const text = readText(path)
    expect([path, rowsOf(text).length]).toEqual([path, text.match(/^ *test(?:\.each)?\(/gm)?.length])
  }
})

test('the table of the failures of others is that of the tests', async () => {
  await expect([intro, ...files.map(tableOf)].join('\n')).toMatchFileSnapshot('peer-failures/README.md')
})
