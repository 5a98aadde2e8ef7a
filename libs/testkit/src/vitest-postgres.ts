import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

/** Vitest global setup: one PostgreSQL for the run; each suite clones its own database from the template. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The library of the server ends the process with 0 when nothing is left to do, whatever the tests came to.
  process.once('beforeExit', () => process.exit(process.exitCode))
  const server = await startPostgres()
  project.provide('postgresUrl', server.adminUrl)
  return () => server.stop()
}
