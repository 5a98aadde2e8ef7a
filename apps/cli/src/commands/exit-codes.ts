import type { Command } from 'commander'
import { outputOf, type Cli } from '../cli.ts'
import { describeExitCodes, exitCodes } from '../exit-codes.ts'

/** `bootfleet exit-codes`, and `bootfleet help exit-codes` with the same text. */
export function addExitCodes(program: Command, cli: Cli): void {
  const command = program.command('exit-codes').description('list the exit codes')
  command.helpInformation = describeExitCodes
  command.action(() => outputOf(cli, command).result(exitCodes, () => describeExitCodes().trimEnd().split('\n')))
}
