// Applies the SQL migrations of this folder with Prisma's own schema engine, compiled to WebAssembly: nothing is
// downloaded, and the table `_prisma_migrations` is the standard one, so `prisma migrate deploy` works on it too.
//
//   node prisma/migrate.mjs up              apply what is missing (DATABASE_URL)
//   node prisma/migrate.mjs new <name>      write the SQL from the committed schema to the one in the work tree
//
// @ts-check
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'
import { Client } from 'pg'

const here = fileURLToPath(new URL('.', import.meta.url))
const filters = { externalTables: [], externalEnums: [] }
const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' }

/** @typedef {{ path: string, content: string }} SchemaFile */

let wasmReady = false

// The package's ESM entry needs a bundler; Node 20 instantiates the module by hand.
async function loadEngine() {
  if (wasmReady) return
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = readFileSync(entry.replace(/schema_engine_bg\.\w+$/, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine })
  engine.__wbg_set_wasm(instance.exports)
  const start = instance.exports['__wbindgen_start']
  if (typeof start === 'function') start()
  wasmReady = true
}

// The adapter's shadow database wants the connection as fields, not as a string.
/** @param {string} url */
function connectionFields(url) {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    ...(searchParams.get('sslmode') === 'require' && { ssl: true }),
  }
}

// The adapter cuts a script at every semicolon, also inside function bodies, and sends the pieces to a pool. A migration is
// sent whole instead, on one connection, so that its BEGIN and COMMIT hold it together.
class WholeScripts extends PrismaPg {
  /** @param {import('pg').PoolConfig} fields */
  constructor(fields) {
    super(fields)
    this.fields = fields
    /** @type {(() => Promise<void>)[]} */
    this.opened = []
  }
  /** @override */
  async connect() {
    const adapter = await super.connect()
    this.opened.push(() => adapter.dispose())
    adapter.executeScript = async (script) => {
      const client = new Client(this.fields)
      await client.connect()
      try {
        await client.query(script)
      } finally {
        await client.end()
      }
    }
    return adapter
  }
}

/**
 * @template T
 * @param {string} url @param {SchemaFile[]} schema @param {(session: engine.SchemaEngine) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withEngine(url, schema, work) {
  await loadEngine()
  const factory = new WholeScripts(connectionFields(url))
  const datamodels = schema.map(({ path, content }) => [path, content])
  try {
    return await work(
      await engine.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory)),
    )
  } finally {
    for (const close of factory.opened) await close()
  }
}

/** The Prisma schema of the work tree. @returns {SchemaFile[]} */
export function readSchema() {
  const names = readdirSync(`${here}schema`).filter((name) => name.endsWith('.prisma'))
  return names
    .sort()
    .map((name) => ({ path: `schema/${name}`, content: readFileSync(`${here}schema/${name}`, 'utf8') }))
}

/** The migrations, oldest first. @returns {{ name: string, sql: string }[]} */
export function readMigrations() {
  const names = readdirSync(`${here}migrations`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return names
    .map(({ name }) => ({ name, sql: readFileSync(`${here}migrations/${name}/migration.sql`, 'utf8') }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * Applies migrations that the database does not have yet and returns their names.
 * @param {string} url a user that may create tables and roles
 * @param {{ name: string, sql: string }[]} [migrations]
 * @returns {Promise<string[]>}
 */
export async function applyMigrations(url, migrations = readMigrations()) {
  const migrationDirectories = migrations.map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
  }))
  const migrationsList = { baseDir: 'migrations', lockfile, shadowDbInitScript: '', migrationDirectories }
  return withEngine(url, readSchema(), async (session) => {
    const { appliedMigrationNames } = await session.applyMigrations({ migrationsList, filters })
    return appliedMigrationNames
  })
}

/**
 * SQL that leads from one schema to another; `null` is the empty database.
 * @param {string} url any reachable PostgreSQL
 * @param {{ from: SchemaFile[] | null, to: SchemaFile[] }} schemas
 * @returns {Promise<string>}
 */
export async function diffSql(url, { from, to }) {
  const side = (/** @type {SchemaFile[] | null} */ files) =>
    files ? { tag: 'schemaDatamodel', files } : { tag: 'empty' }
  const input = { from: side(from), to: side(to), script: true, exitCode: null, shadowDatabaseUrl: null, filters }
  return withEngine(url, to, async (session) => (await session.diff(input)).stdout ?? '')
}

function committedSchema() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: here, encoding: 'utf8' })
  const names = git('ls-tree', '--name-only', 'HEAD', 'schema/').trim().split('\n').filter(Boolean)
  const files = names.map((path) => ({ path, content: git('show', `HEAD:./${path}`) }))
  return files.length > 0 ? files : null
}

/** @param {string} url @param {string} name */
async function writeMigration(url, name) {
  const sql = await diffSql(url, { from: readMigrations().length > 0 ? committedSchema() : null, to: readSchema() })
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  mkdirSync(`${here}migrations/${stamp}_${name}`, { recursive: true })
  writeFileSync(`${here}migrations/${stamp}_${name}/migration.sql`, `BEGIN;\n\n${sql}\nCOMMIT;\n`)
  console.log(`wrote prisma/migrations/${stamp}_${name}/migration.sql: review it`)
}

async function main() {
  const [command, name] = process.argv.slice(2)
  const url = process.env['DATABASE_URL']
  if (!url)
    throw new Error('set DATABASE_URL to the database, for example postgresql://postgres@127.0.0.1:5432/bootfleet')
  if (command === 'up') return console.log((await applyMigrations(url)).join('\n') || 'nothing to apply')
  if (command === 'new' && name) return writeMigration(url, name)
  throw new Error('usage: node prisma/migrate.mjs up | new <name>')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().then(
    () => process.exit(0),
    (error) => {
      console.error(error instanceof Error ? error.message : error)
      process.exit(1)
    },
  )
}
