import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'

/** `bootfleet whoami`: which server, and as whom. */
export function addWhoami(program: Command, cli: Cli): void {
  const command = program.command('whoami').description('show the server and who is asking')
  command.action(async () => {
    const { client, url, output } = await openSession(cli, command)
    const me = await client.sessions.me()
    output.result({ url, ...me }, () => [`${me.name} (${me.kind}, ${me.role}) of ${me.organization.name} at ${url}`])
  })
}
