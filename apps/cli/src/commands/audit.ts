import type { Command } from 'commander'
import type { AuditEntry } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { renderTable } from '../output/table.ts'
import { noteMore, parseCount, readPages } from '../read-pages.ts'

interface AuditOptions {
  readonly actor?: string
  readonly action?: string
  readonly kind?: string
  readonly subject?: string
  readonly limit: number
}

const columns = [
  { title: 'WHEN', value: ({ at }: AuditEntry) => `${at.slice(0, 19)}Z` },
  { title: 'WHO', value: ({ actor }: AuditEntry) => actor.name, shrinkTo: 12 },
  { title: 'WHAT', value: ({ action }: AuditEntry) => action, shrinkTo: 16 },
  { title: 'TO WHAT', value: ({ subject }: AuditEntry) => `${subject.kind} ${subject.id}`, shrinkTo: 16 },
]

/** `bootfleet audit`: who did what, the newest first. */
export function addAudit(program: Command, cli: Cli): void {
  const command = program
    .command('audit')
    .description('list who did what, the newest first')
    .option('--actor <who>', 'only what this one did: an e-mail, a name, or an id')
    .option('--action <action>', 'only this, such as rollout.pause')
    .option('--kind <kind>', 'only to what is of this kind, such as rollout')
    .option('--subject <id>', 'only to this')
    .option('--limit <count>', 'at most so many', parseCount, 50)
  command.action(async ({ limit, ...filters }: AuditOptions) => {
    const { client, output } = await openSession(cli, command)
    const page = await readPages((query) => client.audit.list({ query: { ...filters, ...query } }), limit)
    output.result(page, () =>
      page.items.length === 0
        ? ['No entry is like that.']
        : renderTable(columns, page.items, { width: output.width(), paint: output.paint }),
    )
    noteMore(output, page)
  })
}
