import { messageOf, sendLogTo } from '../log.ts'
import { readSettings, usage } from './config.ts'
import { removeSimulated } from './remove-simulated.ts'
import { runFleet } from './run-fleet.ts'
import { createTally } from './tally.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
// Started by another program with a channel to it: without that one there is nobody to stop this one.
process.once('disconnect', () => stop.abort())

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return say(usage)
  const settings = readSettings(args)
  if (settings.remove) {
    if (settings.api === undefined) throw new Error('--remove needs --server and --token, not --enroll')
    return say(`${await removeSimulated(settings.api)} simulated devices are removed from ${settings.api.url}.`)
  }
  const tally = createTally()
  const write = settings.verbose ? (line: string) => process.stderr.write(`${line}\n`) : undefined
  sendLogTo((event, fields) => {
    tally.count(event, fields)
    write?.(JSON.stringify({ event, ...fields }))
  })
  await runFleet(settings, { say, statusLine: tally.line, signal: stop.signal })
}

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\nnpm run simulate -- --help tells more.\n`)
  process.exitCode = 1
})
