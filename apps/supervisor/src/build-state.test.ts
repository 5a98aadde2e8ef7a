import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

interface BuildState {
  sourceFingerprint(root: string): string
  buildDiffers(root: string, fingerprint: string): string | undefined
  rememberBuild(root: string, fingerprint: string): void
  forgetBuild(root: string): void
}

let root: string
let state: BuildState
const sources = [
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'prisma.config.ts',
  'apps/api/src/main.ts',
  'libs/db/src/index.ts',
  'prisma/schema/base.prisma',
  'deploy/agent/bootfleet-agent.service',
  'test/tools/build.mjs',
]
const outputs = [
  'apps/web/.next/BUILD_ID',
  ...['api', 'gateway', 'worker', 'demo', 'supervisor'].map((app) => `apps/${app}/dist/main.js`),
]

async function put(path: string, at: number, text = path): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  await utimes(join(root, path), at, at)
}

const reason = () => state.buildDiffers(root, state.sourceFingerprint(root))

beforeEach(async () => {
  // The script runs before anything is compiled, so it is JavaScript without types.
  const script = new URL('../bootstrap/build-state.mjs', import.meta.url).href
  state = (await import(/* @vite-ignore */ script)) as BuildState
  root = await mkdtemp(join(tmpdir(), 'bootfleet-build-state-'))
  await mkdir(join(root, 'node_modules'))
  for (const file of sources) await put(file, 1000)
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('a clone that was never built is built', () => {
  expect(reason()).toBe('not built yet')
})

test('one missing output is a reason to build', async () => {
  for (const file of outputs.slice(0, -1)) await put(file, 2000)
  state.rememberBuild(root, state.sourceFingerprint(root))
  expect(reason()).toBe('not built yet')
})

test('outputs of a build that was interrupted do not count, however new', async () => {
  for (const file of outputs) await put(file, 2000)
  state.rememberBuild(root, state.sourceFingerprint(root))
  state.forgetBuild(root)
  expect(reason()).toBe('not built yet')
})

test('a source that changed while the build ran is a reason to build again', async () => {
  const before = state.sourceFingerprint(root)
  for (const file of outputs) await put(file, 2000)
  await put('libs/db/src/index.ts', 1500, 'changed')
  state.rememberBuild(root, before)
  expect(reason()).toBe('sources changed since the last build')
})

test('after a build the stamp counts, until a source changes, comes or goes', async () => {
  for (const file of outputs) await put(file, 500)
  state.rememberBuild(root, state.sourceFingerprint(root))
  expect(reason()).toBeUndefined()
  await put('libs/db/src/more.ts', 1000)
  expect(reason()).toBe('sources changed since the last build')
  await rm(join(root, 'libs/db/src/more.ts'))
  expect(reason()).toBeUndefined()
  await put('apps/api/src/main.ts', 1000, 'longer than it was before')
  expect(reason()).toBe('sources changed since the last build')
})

test('tests, documents and what is generated are not sources of the build', async () => {
  const before = state.sourceFingerprint(root)
  for (const file of [
    'apps/api/src/main.test.ts',
    'libs/db/README.md',
    'libs/db/src/generated/client.ts',
    'apps/api/dist/x.js',
  ])
    await put(file, 9000)
  expect(state.sourceFingerprint(root)).toEqual(before)
})
