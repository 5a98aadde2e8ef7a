import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { parseTimeout } from '../duration.ts'
import { findRollout } from '../find-rollout.ts'
import { watchRollout } from '../watch/watch-rollout.ts'

/** `bootfleet rollouts watch`: follows a rollout to its end; Ctrl-C leaves it alone. */
export function addRolloutsWatch(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('watch')
    .description('follow a rollout until it has ended; exit with 0 only when it completed')
    .argument('[rollout]', 'id', 'latest')
    .option('--timeout <time>', 'watch no longer than this: 90s, 30m, 2h')
  command.action(async (key: string, { timeout }: { timeout?: string }) => {
    const timeoutMs = timeout === undefined ? undefined : parseTimeout(timeout)
    const { client, url, output } = await openSession(cli, command)
    const rollout = await findRollout(client, key)
    cli.exitCode = await watchRollout({ client, url, output, rollout, timeoutMs, interrupted: cli.interrupted() })
  })
}
