import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, expect, inject, test } from 'vitest'
import { query, withDatabase } from '@bootfleet/testkit'
import { applyMigrations, diffSql, readMigrations, readSchema } from '../../prisma/migrate.mjs'

const server = inject('postgresUrl')
const made: string[] = []

async function emptyDatabase(): Promise<string> {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`
  await query(server, `CREATE DATABASE ${name}`)
  made.push(name)
  return withDatabase(server, name)
}

afterEach(async () => {
  for (const name of made.splice(0)) await query(server, `DROP DATABASE ${name} WITH (FORCE)`)
})

/** Indexes that the schema language cannot say; they stand in the migrations alone. */
const handwritten = [
  'outbox_waiting',
  'device_desired_to_send',
  'rollout_to_wake',
  'rollout_target_due',
  'rollout_target_unassigned',
  'rollout_target_grant_order',
  'rollout_target_waiting',
  'rollout_target_pulling',
  'rollout_target_waits_to_join',
  'rollout_target_excused',
  'rollout_live_rollback',
  'rollout_rolled_back',
  'device_presence_online',
  'device_labels',
  'device_document_drifted',
  'health_signal_in_force',
]

const inventories = {
  columns: `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1, 2`,
  constraints: `SELECT conrelid::regclass::text AS on_table, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '_prisma_migrations' AND contype <> 'n' ORDER BY 1, 2`,
  indexes: `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    AND indexname <> ALL ('{${handwritten.join(',')}}') ORDER BY 1`,
}

test('the migrations lead to the schema, column by column', async () => {
  const [migrated, created] = [await emptyDatabase(), await emptyDatabase()]
  await applyMigrations(migrated)
  await query(created, await diffSql(created, { from: null, to: readSchema() }))
  for (const sql of Object.values(inventories)) expect(await query(migrated, sql)).toEqual(await query(created, sql))
})

test('data of every older version survives all later migrations', async () => {
  const database = await emptyDatabase()
  const migrations = readMigrations()
  const expected = new Map<string, number>()
  for (const [index, { name }] of migrations.entries()) {
    await applyMigrations(database, migrations.slice(0, index + 1))
    const fixture = new URL(`../fixtures/data-${name}.sql`, import.meta.url)
    if (existsSync(fixture)) await query(database, readFileSync(fixture, 'utf8'))
    for (const table of await tables(database))
      expected.set(table, Math.max(expected.get(table) ?? 0, await count(database, table)))
  }
  for (const [table, rows] of expected) {
    expect(rows, `no old data for ${table}`).toBeGreaterThan(0)
    expect(await count(database, table), table).toBe(rows)
  }
})

test('what was there before there were counters is counted by the migrations that add them', async () => {
  const database = await emptyDatabase()
  const migrations = readMigrations()
  await applyMigrations(database, migrations.slice(0, 1))
  await query(database, readFileSync(new URL('../fixtures/data-20261123000000_init.sql', import.meta.url), 'utf8'))
  await applyMigrations(database)
  expect(await query(database, 'SELECT wave, state, count FROM rollout_count')).toEqual([
    { wave: -1, state: 'pending', count: 1 },
  ])
  expect(await query(database, 'SELECT count FROM device_group_count')).toEqual([{ count: 1 }])
})

test('applying the migrations again changes nothing', async () => {
  const database = await emptyDatabase()
  expect(await applyMigrations(database)).toHaveLength(readMigrations().length)
  expect(await applyMigrations(database)).toEqual([])
})

async function tables(database: string): Promise<string[]> {
  const rows = await query(
    database,
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  )
  return rows.map(({ tablename }) => String(tablename))
}

async function count(database: string, table: string): Promise<number> {
  const [row] = await query(database, `SELECT count(*)::int AS count FROM "${table}"`)
  return Number(row?.['count'])
}
