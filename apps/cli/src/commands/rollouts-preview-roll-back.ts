import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { findRollout } from '../find-rollout.ts'
import { rollbackPreviewLines } from '../output/rollback-preview-lines.ts'

/** `bootfleet rollouts preview-roll-back`: what rolling back now would do. */
export function addRolloutsPreviewRollBack(rollouts: Command, cli: Cli): void {
  const command = rollouts
    .command('preview-roll-back')
    .description('show what rolling a rollout back would do; nothing is changed')
    .argument('[rollout]', 'id', 'latest')
  command.action(async (key: string) => {
    const { client, output } = await openSession(cli, command)
    const params = { rollout: await findRollout(client, key) }
    const preview = await client.rollouts.previewRollBack({ params })
    output.result(preview, () => rollbackPreviewLines(preview, output))
  })
}
