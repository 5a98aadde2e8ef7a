import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Every file that git keeps or would keep, relative to the root: generated and ignored files are not among them. */
export function repositoryFiles(): string[] {
  const out = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return [...new Set(out.split('\0'))].filter((file) => file !== '' && existsSync(join(repositoryRoot, file))).sort()
}

/** The text of a file of the repository. */
export function readText(file: string): string {
  return readFileSync(join(repositoryRoot, file), 'utf8')
}

/** TypeScript and JavaScript written by hand. */
export function sourceFiles(): string[] {
  return repositoryFiles().filter((f) =>
    /^(apps|libs|prisma|test|examples|deploy)\/.*\.(ts|tsx|mts|mjs|js|cjs)$/.test(f),
  )
}

/** True for what runs only while testing. */
export function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.startsWith('test/') || file.startsWith('libs/testkit/')
}
