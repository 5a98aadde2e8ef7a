import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'
import { previewLines } from '../output/preview-lines.ts'
import { addRecipeOptions, createCommand, readRecipe, type RecipeOptions } from '../rollout-recipe.ts'

/** `bootfleet rollouts preview`: what a rollout would do if it started now. */
export function addRolloutsPreview(rollouts: Command, cli: Cli): void {
  const command = addRecipeOptions(rollouts.command('preview')).description(
    'show what a rollout would do; nothing is created',
  )
  command.action(async (options: RecipeOptions) => {
    const body = await readRecipe(options)
    const { client, output } = await openSession(cli, command)
    const preview = await client.rollouts.preview({ body })
    output.result(preview, () => previewLines(preview, output))
    output.note(`Create exactly this: ${createCommand(options, preview.id)}`)
  })
}
