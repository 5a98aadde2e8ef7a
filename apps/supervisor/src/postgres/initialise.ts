import { spawn } from 'node:child_process'
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { StartError } from '../start-error.ts'
import { superuser } from './credentials.ts'
import type { PostgresPrograms } from './programs.ts'
import type { Launch, RunAs } from './run-as.ts'

export interface Initialise {
  readonly directory: string
  readonly programs: PostgresPrograms
  readonly launch: Launch
  readonly identity: RunAs | undefined
  readonly password: string
}

/** Makes a database cluster in `directory` unless it has one. One that was interrupted is begun anew. */
export async function initialisePostgres(options: Initialise): Promise<void> {
  const { directory, identity } = options
  if (await exists(`${directory}/PG_VERSION`)) return
  const draft = `${directory}.new`
  const passwordFile = `${directory}.password`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 })
  try {
    if (identity) for (const path of [draft, passwordFile]) await chown(path, identity.uid, identity.gid)
    await runInitdb(options, { draft, passwordFile })
    await rm(directory, { recursive: true, force: true })
    await rename(draft, directory)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

function runInitdb(
  { programs, launch }: Initialise,
  { draft, passwordFile }: { draft: string; passwordFile: string },
): Promise<void> {
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', `--username=${superuser}`]
  const [command = '', ...args] = [
    ...launch.before,
    programs.initdb,
    `--pgdata=${draft}`,
    `--pwfile=${passwordFile}`,
    ...flags,
  ]
  const child = spawn(command, args, { ...launch.identity, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new StartError(`PostgreSQL could not be set up in ${draft}: ${reason}`))
    child.once('error', (error) => fail(error.message))
    child.once('close', (code) => (code === 0 ? resolve() : fail(output.trim() || `initdb ended with code ${code}`)))
  })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
