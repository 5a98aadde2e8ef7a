import type { Command } from 'commander'

/** Has a group of commands with a default refuse a word that names none, which its default would take for an argument. */
export function refuseUnknown(group: Command): void {
  group.hook('preSubcommand', (_group, chosen) => {
    const [word] = group.args
    if (word === undefined || word.startsWith('-') || word === chosen.name()) return
    const known = group.commands.map((command) => command.name()).join(', ')
    group.error(`unknown command '${word}': ${group.name()} knows ${known}`, { code: 'commander.unknownCommand' })
  })
}
