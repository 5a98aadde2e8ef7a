import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { resetPassword, systemCtx } from '@bootfleet/operations'
import { loadEnvironment, readConfig, type Config } from './config.ts'
import { newPassword, readFirstAdmin, writeFirstAdmin } from './first-admin.ts'
import { appLogin, databaseUrl, readCredentials } from './postgres/credentials.ts'
import { readPrivateFile } from './private-file.ts'
import { say } from './say.ts'
import { openServices } from './services.ts'
import { describeError, StartError, systemCode } from './start-error.ts'
import { repositoryRoot } from './supervise.ts'

const usage = 'Usage: npm run admin -- reset-password [--email <address>]'

async function main(): Promise<void> {
  const { positionals, values } = readArguments()
  if (positionals.join(' ') !== 'reset-password') throw new StartError(usage)
  const config = readConfig({ env: loadEnvironment(repositoryRoot), root: repositoryRoot })
  const file = join(config.dataFolder, 'admin.json')
  const admin = await readFirstAdmin(file)
  const email = values.email ?? admin?.email
  if (email === undefined) throw new StartError(`Whose password? ${usage}`)
  const password = newPassword()
  await reset(config, { email, password })
  if (admin?.email === email) await writeFirstAdmin(file, { ...admin, password })
  say(`${email} has a new password and is signed out everywhere.\n  Password  ${password}`)
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { email: { type: 'string' } } })
  } catch (error) {
    throw new StartError(usage, { cause: error })
  }
}

async function reset(config: Config, { email, password }: { email: string; password: string }): Promise<void> {
  const secretKey =
    process.env['BOOTFLEET_SECRET_KEY'] || (await readPrivateFile(join(config.dataFolder, 'secret.key')))
  if (!secretKey) throw notRunning(config)
  const services = openServices(await findDatabase(config), secretKey.trim(), config.addresses)
  try {
    const user = await services.db.transaction('system', (tx) =>
      tx.userAccount.findUnique({ where: { email: email.trim().toLowerCase() }, select: { organizationId: true } }),
    )
    if (user === null) throw new StartError(`There is no account ${email}. Name another: ${usage}`)
    await resetPassword(systemCtx(services, user.organizationId), { email, password })
  } catch (error) {
    if (refused(error)) throw notRunning(config)
    throw error
  } finally {
    await services.db.close()
  }
}

async function findDatabase(config: Config): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl
  const { port, appPassword } = await readCredentials(join(config.dataFolder, 'postgres.json'))
  if (port === undefined) throw notRunning(config)
  return databaseUrl(port, { user: appLogin, password: appPassword })
}

function notRunning({ dataFolder, databaseUrl: url }: Config): StartError {
  if (url !== undefined)
    return new StartError('The database of DATABASE_URL does not answer. Start it, then try again.')
  return new StartError(
    `bootfleet does not run on ${dataFolder}, and its database with it. Run npm start in another terminal, then try again.`,
  )
}

function refused(error: unknown): boolean {
  if (systemCode(error) === 'ECONNREFUSED') return true
  return /ECONNREFUSED|Can't reach database/.test(String(error))
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`)
    process.exit(1)
  },
)
