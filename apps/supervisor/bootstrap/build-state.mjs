import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const stamp = 'node_modules/.cache/bootfleet/build-sha256'
const folders = ['apps', 'libs', 'prisma', 'test/tools']
const files = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json', 'prisma.config.ts']
// The last thing that a build writes: it is there only when everything before it went well.
const lastOutput = 'apps/web/.next/BUILD_ID'
const outputs = [lastOutput, ...['api', 'gateway', 'worker', 'supervisor'].map((app) => `apps/${app}/dist/main.js`)]
const notSources = new Set(['node_modules', 'dist', 'generated', 'fixtures', 'next-env.d.ts'])

/** Path, size and modification time of every file that the build reads, as one hash, and the newest of those times. */
export function sourceFingerprint(root) {
  const hash = createHash('sha256')
  let newestMs = 0
  const paths = [...files, ...folders.flatMap((folder) => sources(root, folder))]
  for (const path of paths) {
    const { size, mtimeMs } = statSync(join(root, path))
    hash.update(`${path}\0${size}\0${mtimeMs}\n`)
    newestMs = Math.max(newestMs, mtimeMs)
  }
  return { sha256: hash.digest('hex'), newestMs }
}

/**
 * Why the outputs are not of these sources, or undefined: they are when the stamp of the last build here says so, or when
 * they are newer than every source.
 */
export function buildDiffers(root, { sha256, newestMs }) {
  if (!outputs.every((file) => existsSync(join(root, file)))) return 'not built yet'
  if (statSync(join(root, lastOutput)).mtimeMs > newestMs) return undefined
  const file = join(root, stamp)
  return existsSync(file) && readFileSync(file, 'utf8') === sha256 ? undefined : 'sources changed since the last build'
}

/** Leaves the stamp of a build that succeeded. */
export function rememberBuild(root, { sha256 }) {
  const file = join(root, stamp)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, sha256)
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
