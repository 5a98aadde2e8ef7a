import type { Command } from 'commander'
import { createClient } from '@bootfleet/sdk'
import { clientHeaders, outputOf, type Cli } from '../cli.ts'
import { readCredentials, removeCredentials } from '../config/credentials.ts'

/** `bootfleet logout`: ends the session and forgets it. */
export function addLogout(program: Command, cli: Cli): void {
  const command = program.command('logout').description('end the session and forget it')
  command.action(async () => {
    const kept = await readCredentials(cli.settings.configFile)
    // The server may be gone, and an API token has no session to end: what counts is that it is forgotten here.
    if (kept) {
      const client = createClient({ baseUrl: kept.url, token: kept.token, headers: clientHeaders })
      await client.sessions.end(undefined, { signal: AbortSignal.timeout(5000) }).catch(() => {})
    }
    await removeCredentials(cli.settings.configFile)
    outputOf(cli, command).result({ url: kept?.url ?? null }, () => [
      kept ? `Signed out of ${kept.url}.` : 'Nobody was signed in.',
    ])
  })
}
