import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface ForbiddenImport {
  rule: string
  file: string
  imports: string
}

/** One import per rule that must be refused. */
export const forbiddenImports: ForbiddenImport[] = [
  { rule: 'layer-libs-domain', file: 'libs/domain/src/up.ts', imports: '@bootfleet/contracts' },
  { rule: 'domain-imports-nothing', file: 'libs/domain/src/node.ts', imports: 'node:crypto' },
  { rule: 'domain-imports-nothing', file: 'libs/domain/src/zod.ts', imports: 'zod' },
  { rule: 'layer-libs-contracts', file: 'libs/contracts/src/up.ts', imports: '@bootfleet/sdk' },
  { rule: 'layer-libs-sdk', file: 'libs/sdk/src/up.ts', imports: '@bootfleet/operations' },
  { rule: 'layer-libs-db', file: 'libs/db/src/sideways.ts', imports: '@bootfleet/telemetry' },
  { rule: 'layer-libs-mqtt', file: 'libs/mqtt/src/up.ts', imports: '@bootfleet/operations' },
  { rule: 'layer-libs-operations', file: 'libs/operations/src/up.ts', imports: '@bootfleet/mqtt' },
  { rule: 'layer-libs-operations-tests', file: 'libs/operations/src/a.test.ts', imports: '@bootfleet/mqtt' },
  { rule: 'layer-apps-api', file: 'apps/api/src/sideways.ts', imports: '../../worker/src/main.ts' },
  { rule: 'layer-apps-api', file: 'apps/api/src/mqtt.ts', imports: '@bootfleet/mqtt' },
  { rule: 'layer-apps-web', file: 'apps/web/src/verbs.ts', imports: '@bootfleet/operations' },
  { rule: 'layer-apps-cli', file: 'apps/cli/src/rows.ts', imports: '@bootfleet/db' },
  { rule: 'layer-apps-agent', file: 'apps/agent/src/verbs.ts', imports: '@bootfleet/operations' },
  { rule: 'layer-apps-supervisor', file: 'apps/supervisor/src/sdk.ts', imports: '@bootfleet/sdk' },
  { rule: 'testkit-in-tests-only', file: 'libs/operations/src/kit.ts', imports: '@bootfleet/testkit' },
  { rule: 'testkit-in-tests-only', file: 'libs/registry/src/vitest.ts', imports: 'vitest' },
  { rule: 'tests-drive-apps-from-outside', file: 'test/system/inside.ts', imports: '../../apps/worker/src/main.ts' },
  { rule: 'prisma-in-db-only', file: 'libs/operations/src/prisma.ts', imports: '@prisma/client' },
  { rule: 'prisma-in-db-only', file: 'apps/api/src/adapter.ts', imports: '@prisma/adapter-pg' },
  { rule: 'nest-in-api-only', file: 'apps/worker/src/nest.ts', imports: '@nestjs/common' },
  { rule: 'react-in-web-only', file: 'apps/api/src/react.ts', imports: 'react' },
  { rule: 'no-cycle', file: 'libs/pki/src/a.ts', imports: './b.ts' },
  { rule: 'no-unresolved', file: 'libs/pki/src/missing.ts', imports: '@bootfleet/absent' },
]

/** Imports that the same rules must let through. */
export const legalImports: Omit<ForbiddenImport, 'rule'>[] = [
  { file: 'libs/operations/src/down.ts', imports: '@bootfleet/domain' },
  { file: 'libs/operations/src/kit.test.ts', imports: '@bootfleet/testkit' },
  { file: 'libs/testkit/src/runner.ts', imports: 'vitest' },
  { file: 'libs/db/src/client.ts', imports: '@prisma/client' },
  { file: 'apps/api/src/nest.ts', imports: '@nestjs/common' },
  { file: 'apps/gateway/src/open.ts', imports: '@bootfleet/db' },
  { file: 'apps/agent/src/session.ts', imports: '@bootfleet/mqtt' },
  { file: 'apps/cli/src/client.ts', imports: '@bootfleet/sdk' },
  { file: 'apps/web/src/page.ts', imports: 'react' },
]

const libs = 'domain contracts sdk db operations mqtt pki registry telemetry testkit'.split(' ')
const npm = ['@prisma/client', '@prisma/adapter-pg', '@nestjs/common', 'react', 'vitest', 'zod']

async function put(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** A repository in miniature, linked by workspaces and the `source` condition like the real one. Dispose it. */
export async function writeForbiddenRepository(): Promise<{ root: string } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'bootfleet-architecture-'))
  await mkdir(join(root, 'node_modules/@bootfleet'), { recursive: true })
  for (const lib of libs) {
    const exports = { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } }
    await put(root, `libs/${lib}/package.json`, JSON.stringify({ name: `@bootfleet/${lib}`, type: 'module', exports }))
    await put(root, `libs/${lib}/src/index.ts`, 'export const value = 1\n')
    await symlink(`../../libs/${lib}`, join(root, 'node_modules/@bootfleet', lib))
  }
  for (const name of npm) {
    await put(root, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }))
    await put(root, `node_modules/${name}/index.js`, 'exports.value = 1\n')
  }
  await put(root, 'apps/worker/src/main.ts', 'export const value = 1\n')
  await put(root, 'libs/pki/src/b.ts', "export { value } from './a.ts'\n")
  for (const { file, imports } of [...forbiddenImports, ...legalImports]) {
    await put(root, file, `import { value } from '${imports}'\nexport const use = value\n`)
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}
