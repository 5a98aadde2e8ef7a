// A program that looks like bootc 1.16 and asks `ostree admin` for all that it does: staging, locking, finalising and the
// boot loader's order are real. It knows the verbs and flags that the agent uses.
import { parseArgs } from 'node:util'
import { statusDocument } from './status.ts'
import { rollBack, switchTo, upgrade } from './verbs.ts'

const flags: Record<string, readonly string[]> = {
  status: ['--format <FORMAT>', '--format-version <VERSION>'],
  switch: ['--quiet'],
  upgrade: ['--quiet', '--download-only', '--from-downloaded'],
  rollback: [],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    help: { type: 'boolean' },
    quiet: { type: 'boolean' },
    format: { type: 'string' },
    'format-version': { type: 'string' },
    'download-only': { type: 'boolean', default: false },
    'from-downloaded': { type: 'boolean', default: false },
    'progress-fd': { type: 'string' },
  },
})
const [verb = '', target = ''] = positionals

async function change(): Promise<string> {
  if (verb === 'switch') {
    const fd = values['progress-fd']
    return await switchTo(target, fd === undefined ? undefined : Number(fd))
  }
  if (verb === 'rollback') return rollBack()
  return upgrade({ downloadOnly: values['download-only'], fromDownloaded: values['from-downloaded'] })
}

async function main(): Promise<void> {
  if (values.version === true) return console.log('bootc 1.16.9')
  const known = flags[verb]
  if (known === undefined) {
    console.error(`error: unrecognized subcommand '${verb}'`)
    process.exitCode = 2
  } else if (values.help === true) console.log(`Usage: bootc ${verb} [OPTIONS]\n\nOptions:\n  ${known.join('\n  ')}`)
  else if (verb === 'status') process.stdout.write(JSON.stringify(statusDocument()))
  else console.log(await change())
}

try {
  await main()
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
