// Writes the Prisma client from prisma/schema, when the schema or Prisma itself has changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runCommand, tool } from './run-command.mjs'

const schema = join(root, 'prisma/schema')
const output = join(root, 'libs/db/src/generated')
const stamp = join(output, '.schema-sha256')

function fingerprint() {
  const hash = createHash('sha256')
  const files = readdirSync(schema)
    .toSorted()
    .map((name) => join(schema, name))
  for (const file of [...files, join(root, 'node_modules/prisma/package.json')])
    hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

// The generated client needs no engine, but the generator insists on a binary: any program that succeeds will do.
const noEngine = ['/bin/true', '/usr/bin/true'].find((path) => existsSync(path))

const wanted = fingerprint()
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
  console.log('The Prisma client is up to date.')
} else {
  const env = noEngine && !process.env.PRISMA_SCHEMA_ENGINE_BINARY ? { PRISMA_SCHEMA_ENGINE_BINARY: noEngine } : {}
  const result = await runCommand(tool('prisma'), ['generate'], { env: { ...env, PRISMA_HIDE_UPDATE_MESSAGE: '1' } })
  console.log(result.output)
  if (result.ok) writeFileSync(stamp, wanted)
  else process.exitCode = 1
}
