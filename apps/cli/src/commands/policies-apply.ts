import type { Command } from 'commander'
import { PolicyInput, type Policy } from '@bootfleet/contracts'
import { ApiError, type Client } from '@bootfleet/sdk'
import { openSession, type Cli } from '../cli.ts'
import { CliError } from '../failure.ts'
import { readPolicyFile, type PolicyFile } from '../read-policy-file.ts'

/** `bootfleet policies apply`: makes the policy of a file, or makes it so. The same file again changes nothing. */
export function addApplyPolicy(policies: Command, cli: Cli): void {
  const command = policies
    .command('apply')
    .description('make a policy from a JSON file, or change it to what the file says')
    .argument('<file>', 'the recipe; or {"name", "description", "spec"}, as "policies show --json" prints it')
    .option('--name <name>', 'which policy; otherwise the name in the file')
  command.action(async (file: string, options: { name?: string }) => {
    const given = await readPolicyFile(file)
    const name = options.name ?? given.name
    if (name === undefined) throw new CliError('usage', 'The file names no policy: give --name.')
    const { client, output } = await openSession(cli, command)
    const before = await findPolicy(client, name)
    if (before !== undefined && isSame(before, given)) {
      output.result(before, () => [`Policy ${before.name} is so already, at version ${before.version}.`])
      return
    }
    const { description, spec } = given
    const policy = await (before === undefined
      ? client.policies.create({ body: { name, description, spec } })
      : // Somebody else's change since then is not written over.
        client.policies.update({ params: { policy: before.id }, body: { description, spec, version: before.version } }))
    output.result(policy, () => [
      `${before === undefined ? 'Created' : 'Changed'} policy ${policy.name}: version ${policy.version}.`,
    ])
    if (before !== undefined) output.note('Rollouts that were made already keep the version that they began with.')
  })
}

async function findPolicy(client: Client, name: string): Promise<Policy | undefined> {
  try {
    return await client.policies.get({ params: { policy: name } })
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

// Parsed, both are written out in the same order.
function isSame(before: Policy, { description = before.description, spec }: PolicyFile): boolean {
  const text = (recipe: PolicyInput) => JSON.stringify(PolicyInput.parse(recipe))
  return description === before.description && text(before.spec) === text(spec)
}
