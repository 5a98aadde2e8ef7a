import type { Command } from 'commander'
import { createClient, type Client } from '@bootfleet/sdk'
import type { Settings } from './config/config.ts'
import { chooseConnection, type Connection } from './config/connection.ts'
import { readCredentials } from './config/credentials.ts'
import { createOutput, type Output, type Streams } from './output/output.ts'

/** What is given on every command line. */
export interface GlobalOptions {
  readonly json?: true
  readonly url?: string
  readonly token?: string
}

export interface CliInput {
  readonly settings: Settings
  readonly streams: Streams & { readonly stdin: NodeJS.ReadStream }
  /** From this call on Ctrl-C and SIGTERM abort the signal and no longer end the process. */
  readonly interrupted: () => AbortSignal
}

/** One call of the program: what its commands get, and what becomes of it. */
export interface Cli extends CliInput {
  /** Where the command talks to; known once it has connected. */
  url: string | undefined
  exitCode: number
}

/** What a command works with. */
export interface Session {
  readonly client: Client
  readonly url: string
  readonly output: Output
}

/** What every request says about who sends it. */
export const clientHeaders = { 'user-agent': 'bootfleet-cli' }

/** The output as the command line wants it. */
export function outputOf(cli: Cli, command: Command): Output {
  const { json } = command.optsWithGlobals<GlobalOptions>()
  return createOutput(cli.streams, cli.settings, json === true)
}

/** Chooses the server and opens a session. Says so where nobody has configured it. */
export async function openSession(cli: Cli, command: Command): Promise<Session> {
  const output = outputOf(cli, command)
  const connection = await findConnection(cli, command)
  cli.url = connection.url
  if (connection.source === 'admin')
    output.note(`Using ${connection.url} as the administrator of ${cli.settings.adminFile}.`)
  const client = createClient({ baseUrl: connection.url, token: connection.token, headers: clientHeaders })
  return { client, url: connection.url, output }
}

/** Server and token from flags, environment and files. */
export async function findConnection({ settings }: Cli, command: Command): Promise<Connection> {
  const { url, token } = command.optsWithGlobals<GlobalOptions>()
  return chooseConnection({
    flags: { ...(url !== undefined && { url }), ...(token !== undefined && { token }) },
    environment: {
      ...(settings.url !== undefined && { url: settings.url }),
      ...(settings.token !== undefined && { token: settings.token }),
    },
    login: await readCredentials(settings.configFile),
    admin: await readCredentials(settings.adminFile),
  })
}
