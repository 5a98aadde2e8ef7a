import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { parseInstant, parseTimeout } from '../duration.ts'
import { CliError } from '../failure.ts'
import { titleOf } from '../output/rollout-text.ts'
import { inWords } from '../output/text.ts'
import { addRecipeOptions, readRecipe, type RecipeOptions } from '../rollout-recipe.ts'
import { watchRollout } from '../watch/watch-rollout.ts'

interface CreateOptions extends RecipeOptions {
  readonly start: string
  readonly wait?: true
  readonly timeout?: string
  readonly idempotencyKey?: string
}

/** `bootfleet rollouts create`: with `--wait` the exit code is 0 only when the rollout completed. */
export function addRolloutsCreate(rollouts: Command, cli: Cli): void {
  const command = addRecipeOptions(rollouts.command('create'))
    .description('create a rollout; with --wait exit with 0 only when it completed')
    .option('--start <when>', 'now, draft, a time, or 2h for in two hours', 'draft')
    .option('--wait', 'watch it until it has ended')
    .option('--timeout <time>', 'wait no longer than this: 90s, 30m, 2h')
    .option('--idempotency-key <key>', 'the same key creates it once, however often a pipeline tries')
  command.action(async ({ start, wait, timeout, idempotencyKey, ...recipe }: CreateOptions) => {
    const timeoutMs = timeout === undefined ? undefined : parseTimeout(timeout)
    if (timeoutMs !== undefined && !wait) throw new CliError('usage', '--timeout goes with --wait.')
    if (wait && start === 'draft')
      throw new CliError('usage', 'A draft does not end: give --start now or a time with --wait.')
    const body = { ...(await readRecipe(recipe)), start: readStart(start) }
    const { client, url, output } = await openSession(cli, command)
    const rollout = await client.rollouts.create({ body }, idempotencyKey === undefined ? {} : { idempotencyKey })
    if (wait) {
      if (!output.json && !output.live) output.note(`Created rollout ${rollout.id}.`)
      const interrupted = cli.interrupted()
      cli.exitCode = await watchRollout({ client, url, output, rollout: rollout.id, timeoutMs, interrupted })
      return
    }
    output.result(rollout, () => [`Created rollout ${rollout.id} (${titleOf(rollout)}), ${inWords(rollout.state)}.`])
    output.note(
      `${rollout.state === 'draft' ? 'Start' : 'Watch'} it: bootfleet rollouts ${rollout.state === 'draft' ? 'start' : 'watch'} ${rollout.id}`,
    )
  })
}

function readStart(text: string): string {
  return text === 'now' || text === 'draft' ? text : parseInstant('--start', text, Date.now())
}
