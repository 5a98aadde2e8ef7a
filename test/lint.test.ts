import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from './architecture/files.ts'

const careless = `import { x } from '../../sdk/src/x.ts'
async function save(): Promise<void> {}
export function step(state: 'on' | 'off'): number {
  save()
  console.log(process.env['HOME'], Date.now(), Math.random(), x)
  ;[1].forEach(async () => save())
  switch (state) {
    case 'on':
      return 1
  }
  return 2
}
export const many = (a: number, b: number, c: number, d: any): number => a + b + c + d!
export default many
`

/** Where each rule must speak up about the same careless file. */
const expected: Record<string, string[]> = {
  'libs/domain/src/step.ts': [
    'no-floating-promises',
    'no-misused-promises',
    'switch-exhaustiveness-check',
    'no-restricted-properties',
    'no-restricted-imports',
    'no-process-env',
    'no-console',
    'no-explicit-any',
    'no-non-null-assertion',
    'no-default-export',
    'max-params',
  ],
  'apps/api/src/config.ts': ['no-floating-promises', 'no-explicit-any', 'no-default-export'],
  'apps/api/src/step.test.ts': ['no-floating-promises', 'no-explicit-any', 'switch-exhaustiveness-check'],
}

const silent: Record<string, string[]> = {
  'apps/api/src/config.ts': ['no-process-env', 'no-restricted-properties'],
  'apps/api/src/step.test.ts': ['no-process-env', 'no-console', 'no-non-null-assertion'],
}

interface Report {
  diagnostics: { code: string; filename: string }[]
}

async function lint(files: string[]): Promise<Report> {
  const root = await mkdtemp(join(tmpdir(), 'bootfleet-lint-'))
  try {
    await symlink(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'))
    for (const name of ['.oxlintrc.json', 'tsconfig.base.json']) {
      await copyFile(join(repositoryRoot, name), join(root, name))
    }
    await writeFile(
      join(root, 'tsconfig.json'),
      JSON.stringify({ extends: './tsconfig.base.json', include: ['apps', 'libs'] }),
    )
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      await writeFile(join(root, file), careless)
    }
    return await new Promise((done) => {
      const oxlint = join(repositoryRoot, 'node_modules/.bin/oxlint')
      execFile(oxlint, ['--format=json', 'apps', 'libs'], { cwd: root }, (_, stdout) =>
        done(JSON.parse(stdout) as Report),
      )
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

test('the lint rules speak up where they should, and only there', async () => {
  const { diagnostics } = await lint(Object.keys(expected))
  for (const [file, rules] of Object.entries(expected)) {
    const codes = diagnostics.filter((d) => d.filename === file).map((d) => /\((.*)\)/.exec(d.code)?.[1])
    expect(codes, file).toEqual(expect.arrayContaining(rules))
    expect(
      codes.filter((code) => silent[file]?.includes(code ?? '')),
      file,
    ).toEqual([])
  }
}, 60_000)
