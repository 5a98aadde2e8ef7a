import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

// The last thing that a build writes: it is there only when everything before it went well.
const stamp = 'apps/supervisor/dist/.build-sha256'
const folders = ['apps', 'libs', 'prisma', 'deploy/agent', 'test/tools']
const files = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json', 'prisma.config.ts']
const outputs = [
  'apps/web/.next/BUILD_ID',
  ...['api', 'gateway', 'worker', 'demo', 'supervisor'].map((app) => `apps/${app}/dist/main.js`),
]
const notSources = new Set(['node_modules', 'dist', 'generated', 'fixtures', 'next-env.d.ts'])

/** Path, size and modification time of every file that the build reads, as one hash. */
export function sourceFingerprint(root) {
  const hash = createHash('sha256')
  const paths = [...files, ...folders.flatMap((folder) => sources(root, folder))]
  for (const path of paths) {
    const { size, mtimeMs } = statSync(join(root, path))
    hash.update(`${path}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** Why the outputs are not of these sources, or undefined. */
export function buildDiffers(root, fingerprint) {
  if (![stamp, ...outputs].every((file) => existsSync(join(root, file)))) return 'not built yet'
  return readFileSync(join(root, stamp), 'utf8') === fingerprint ? undefined : 'sources changed since the last build'
}

/** Leaves the stamp of a build that succeeded; `fingerprint` is of the sources when it began. */
export function rememberBuild(root, fingerprint) {
  const file = join(root, stamp)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, fingerprint)
}

/** Takes the stamp away when a build begins, so that one that is interrupted does not count. */
export function forgetBuild(root) {
  rmSync(join(root, stamp), { force: true })
}

function sources(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(
      ({ name }) => !name.startsWith('.') && !notSources.has(name) && !/\.(test\.tsx?|tsbuildinfo|md)$/.test(name),
    )
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return sources(root, path)
      return entry.isFile() ? [path] : []
    })
    .toSorted((a, b) => (a < b ? -1 : 1))
}
