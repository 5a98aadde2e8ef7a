import type { Command } from 'commander'
import type { Client } from '@bootfleet/sdk'
import { readPolicyFile } from './read-policy-file.ts'

/** What a rollout is made of on the command line; the same to create it and to preview it. */
export interface RecipeOptions {
  readonly channel: string
  readonly release: string
  readonly policy?: string
  readonly selector?: string
  readonly exclude?: string
  readonly id?: string
}

type RecipeBody = Parameters<Client['rollouts']['create']>[0]['body']

/** Declares them. */
export function addRecipeOptions(command: Command): Command {
  return command
    .requiredOption('--channel <channel>')
    .requiredOption('--release <release>', 'id, version or tag of a release of the channel')
    .option('--policy <policy>', 'name or id, or @FILE with one in JSON; otherwise the default of the channel')
    .option('--selector <selector>', 'only devices with such labels: "site=berlin,!lab"')
    .option('--exclude <selector>', 'not devices with such labels, beside those that the policy excludes')
    .option('--id <id>', 'of a preview: the waves take the devices that it showed')
}

/** The command that creates what a preview with these options showed. */
export function createCommand(options: RecipeOptions, id: string): string {
  const given = Object.entries({ ...options, id }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return ['bootfleet rollouts create', ...given.map(([name, value]) => `--${name} ${quoted(value)}`)].join(' ')
}

function quoted(value: string): string {
  return /^[\w.,:/@=-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`
}

/** The body of the request. Throws a usage error when a policy in a file is not one. */
export async function readRecipe(options: RecipeOptions): Promise<RecipeBody> {
  const { policy, ...given } = options
  return { ...given, policy: policy?.startsWith('@') ? (await readPolicyFile(policy.slice(1))).spec : policy }
}
