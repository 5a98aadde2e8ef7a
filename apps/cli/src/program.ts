import { Command } from 'commander'
import type { Cli } from './cli.ts'
import { addAudit } from './commands/audit.ts'
import { addChannels } from './commands/channels.ts'
import { addDemo } from './commands/demo.ts'
import { addDevices } from './commands/devices.ts'
import { addEnrollDocument } from './commands/enroll-document.ts'
import { addExitCodes } from './commands/exit-codes.ts'
import { addFreeze } from './commands/freeze.ts'
import { addGroups } from './commands/groups.ts'
import { addLogin } from './commands/login.ts'
import { addLogout } from './commands/logout.ts'
import { addPolicies } from './commands/policies.ts'
import { addProvision } from './commands/provision.ts'
import { addReleases } from './commands/releases.ts'
import { addRollouts } from './commands/rollouts.ts'
import { addSignals } from './commands/signals.ts'
import { addWhoami } from './commands/whoami.ts'
import { refuseUnknown } from './refuse-unknown.ts'

export const version = '0.1.0'

const afterHelp = `
BOOTFLEET_URL and BOOTFLEET_TOKEN go before what "bootfleet login" kept, --url and
--token before both. Exit codes: bootfleet help exit-codes`

/** The command line as a tree of commands. Throws CommanderError in place of ending the process. */
export function createProgram(cli: Cli): Command {
  const program = new Command('bootfleet')
    .description('Roll OS images out to a fleet of bootc machines, in waves, and prove that they boot.')
    .version(version)
    .option('--json', 'print JSON: what the API answers, or one value a line while watching')
    .option('--url <url>', 'address of the server')
    .option('--token <token>', 'API token; better given as BOOTFLEET_TOKEN, which other users cannot see')
    .showHelpAfterError(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void cli.streams.stdout.write(text),
      writeErr: (text) => void cli.streams.stderr.write(text),
      // Told once, with everything else that goes wrong.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(cli.streams.stdout.columns || 80, 100),
    })
    .exitOverride()
    .addHelpText('after', afterHelp)
  for (const add of [
    addLogin,
    addLogout,
    addWhoami,
    addDevices,
    addGroups,
    addChannels,
    addPolicies,
    addReleases,
    addRollouts,
    addSignals,
    addFreeze,
    addAudit,
    addEnrollDocument,
    addProvision,
    addDemo,
    addExitCodes,
  ])
    add(program, cli)
  for (const group of program.commands) if (group.commands.length > 0) refuseUnknown(group)
  return program
}
