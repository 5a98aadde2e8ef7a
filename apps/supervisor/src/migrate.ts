import { loadEnvironment } from './config.ts'
import { migrate } from './database.ts'
import { say } from './say.ts'
import { describeError, StartError } from './start-error.ts'
import { repositoryRoot } from './supervise.ts'

async function main(): Promise<void> {
  const env = loadEnvironment(repositoryRoot)
  const url = env['DATABASE_ADMIN_URL'] || env['DATABASE_URL']
  if (!url) {
    throw new StartError(
      'Set DATABASE_ADMIN_URL (or DATABASE_URL) to a login that may create tables and roles. The embedded database needs none of this: npm start migrates it.',
    )
  }
  const applied = await migrate(url, { queue: !env['REDIS_URL'] })
  say(applied.length > 0 ? applied.map((name) => `applied ${name}`).join('\n') : 'The database is up to date.')
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`)
    process.exit(1)
  },
)
