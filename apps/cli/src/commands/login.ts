import type { Command } from 'commander'
import { createClient } from '@bootfleet/sdk'
import type { Me } from '@bootfleet/contracts'
import { ask, readFirstLine } from '../ask.ts'
import { clientHeaders, outputOf, type Cli, type GlobalOptions } from '../cli.ts'
import { isPlaintext, normalizeUrl } from '../config/connection.ts'
import { readCredentials, writeCredentials } from '../config/credentials.ts'
import { CliError } from '../failure.ts'

interface LoginOptions extends GlobalOptions {
  readonly email?: string
  readonly passwordStdin?: true
  readonly tokenStdin?: true
}

/** `bootfleet login`: signs in and keeps the session, or checks an API token and keeps that. */
export function addLogin(program: Command, cli: Cli): void {
  const command = program
    .command('login')
    .description('sign in with e-mail and password, or keep an API token')
    .argument('[server]', 'address of the server; of the last sign-in if not given')
    .option('--email <email>', 'who signs in; asked for if not given')
    .option('--password-stdin', 'read the password from stdin')
    .option('--token-stdin', 'read an API token from stdin and keep it instead of signing in')
  command.action(async (server: string | undefined) => {
    const options = command.optsWithGlobals<LoginOptions>()
    const url = normalizeUrl(server ?? options.url ?? (await knownServer(cli)))
    cli.url = url
    const output = outputOf(cli, command)
    if (isPlaintext(url)) output.note(`${url} is not encrypted: whoever is on the way can read the token.`)
    const { me, token } = await signIn(cli, url, options)
    await writeCredentials(cli.settings.configFile, { url, token })
    if (cli.settings.token !== undefined) output.note('BOOTFLEET_TOKEN is set and goes before this sign-in.')
    output.result({ url, me }, () => [`Signed in at ${url} as ${me.name} (${me.role}).`])
  })
}

async function knownServer({ settings }: Cli): Promise<string> {
  const files = [await readCredentials(settings.configFile), await readCredentials(settings.adminFile)]
  const url = settings.url ?? files.find((kept) => kept !== undefined)?.url
  if (url !== undefined) return url
  throw new CliError('usage', 'Say where to sign in: bootfleet login https://SERVER')
}

async function signIn(cli: Cli, baseUrl: string, options: LoginOptions): Promise<{ me: Me; token: string }> {
  const client = (token?: string) =>
    createClient({ baseUrl, headers: clientHeaders, ...(token !== undefined && { token }) })
  const given = options.tokenStdin ? await readFirstLine(cli, 'token') : options.token
  if (given !== undefined) return { me: await client(given).sessions.me(), token: given }
  const { email, password } = await askPerson(cli, options)
  return client().sessions.create({ body: { email, password } })
}

async function askPerson(cli: Cli, { email, passwordStdin }: LoginOptions) {
  const terminal = cli.streams.stdin.isTTY
  if (!terminal && (email === undefined || !passwordStdin)) {
    const message = 'There is no terminal to ask on: give --email and --password-stdin, or --token-stdin.'
    throw new CliError('usage', message)
  }
  return {
    email: email ?? (await ask(cli, 'E-mail: ')),
    password: passwordStdin ? await readFirstLine(cli, 'password') : await ask(cli, 'Password: ', { hidden: true }),
  }
}
