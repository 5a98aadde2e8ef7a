import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { OperationError, resetPassword, systemCtx, type Services } from '@bootfleet/operations'
import { addPerson, dismissPerson, printPeople, readRole } from './admin-people.ts'
import { loadEnvironment, readConfig, type Config } from './config.ts'
import { newPassword, readFirstAdmin, writeFirstAdmin } from './first-admin.ts'
import { appLogin, databaseUrl, readCredentials } from './postgres/credentials.ts'
import { readPrivateFile } from './private-file.ts'
import { say } from './say.ts'
import { openServices } from './services.ts'
import { describeError, StartError, systemCode } from './start-error.ts'
import { repositoryRoot } from './supervise.ts'

const usage = `Usage: npm run admin -- COMMAND, while bootfleet runs

  add-person EMAIL --role viewer|operator|approver|admin   let a person sign in; prints the password, this once
  list-people                                              who can sign in
  remove-person EMAIL                                      end the sessions and API tokens of a person, who is out at once
  reset-password [--email EMAIL]                           a new password, the first administrator's if nobody is named`

async function main(): Promise<void> {
  const { positionals, values } = readArguments()
  if (values.help === true) return say(usage)
  const work = readCommand(positionals, values)
  const config = readConfig({ env: loadEnvironment(repositoryRoot), root: repositoryRoot })
  await withServices(config, (services) => work(services, config))
}

function readArguments() {
  const text = { type: 'string' } as const
  try {
    const options = { email: text, role: text, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    throw new StartError(usage, { cause: error })
  }
}

type Values = ReturnType<typeof readArguments>['values']
type Work = (services: Services, config: Config) => Promise<void>

function readCommand(positionals: readonly string[], values: Values): Work {
  const [command = '', email, ...rest] = positionals
  const { role } = values
  const given = [
    email !== undefined && 'EMAIL',
    role !== undefined && '--role',
    values.email !== undefined && '--email',
  ]
  const call = [command, ...given.filter((part) => part !== false)].join(' ')
  if (rest.length > 0) throw new StartError(usage)
  if (/^add-person EMAIL( --role)?$/.test(call)) {
    const wanted = { email: email ?? '', role: readRole(role) }
    return (services) => addPerson(services, wanted)
  }
  if (call === 'list-people') return printPeople
  if (call === 'remove-person EMAIL') return (services) => dismissPerson(services, { email: email ?? '' })
  if (/^reset-password( --email)?$/.test(call)) return (services, config) => reset(services, config, values.email)
  throw new StartError(usage)
}

async function withServices(config: Config, work: (services: Services) => Promise<void>): Promise<void> {
  const secretKey =
    process.env['BOOTFLEET_SECRET_KEY'] || (await readPrivateFile(join(config.dataFolder, 'secret.key')))
  if (!secretKey) throw notRunning(config)
  const services = openServices(await findDatabase(config), secretKey.trim(), config.addresses)
  try {
    await work(services)
  } catch (error) {
    if (refused(error)) throw notRunning(config)
    if (error instanceof OperationError) throw new StartError(error.message, { cause: error })
    throw error
  } finally {
    await services.db.close()
  }
}

async function reset(services: Services, { dataFolder }: Config, named: string | undefined): Promise<void> {
  const file = join(dataFolder, 'admin.json')
  const admin = await readFirstAdmin(file)
  const email = (named ?? admin?.email)?.trim().toLowerCase()
  if (email === undefined) throw new StartError(`Whose password? ${usage}`)
  const user = await services.db.transaction('system', (tx) =>
    tx.userAccount.findFirst({ where: { email, disabledAt: null }, select: { organizationId: true } }),
  )
  if (user === null) throw new StartError(`There is no account ${email}. See who has one: npm run admin -- list-people`)
  const password = newPassword()
  await resetPassword(systemCtx(services, user.organizationId), { email, password })
  if (admin?.email === email) await writeFirstAdmin(file, { ...admin, password })
  say(`${email} has a new password and is signed out everywhere.\n  Password  ${password}`)
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
