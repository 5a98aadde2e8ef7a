import { writeFile } from 'node:fs/promises'
import { explainPlans } from './explain-plans.ts'
import { asMarkdown } from './markdown.ts'
import { describeMachine, readLoad } from './machine.ts'
import { measureAgent } from './measure-agent.ts'
import { measureConnect, measureEnroll, measureMemory } from './measure-connections.ts'
import { measureIngest } from './measure-ingest.ts'
import { measurePush } from './measure-push.ts'
import { measureRollout } from './measure-rollout.ts'
import { measureTurns } from './measure-turns.ts'
import { measureWaves } from './measure-waves.ts'
import { row, type Section } from './numbers.ts'
import { readOptions, usage, type Options } from './options.ts'
import { populate, type Population } from './populate.ts'
import { printed, wrap } from './print.ts'
import { openSite, type Site } from './site.ts'

const document = new URL('../../docs/benchmarks.md', import.meta.url)

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints each section as soon as it is there. */
async function run(options: Options): Promise<void> {
  const load = readLoad()
  const site = await openSite()
  try {
    const machine = await describeMachine(site.adminUrl, load)
    for (const line of machine.flatMap((text) => wrap(text, 80))) say(line)
    if (options.quick) say('\nQuick: the numbers below are too small to mean anything.')
    const sections: Section[] = []
    for await (const section of measure(site, options)) {
      sections.push(section)
      say(`\n${printed([section])}`)
    }
    const after = `Load average after the run ${readLoad()}, its own load included.`
    say(`\n${after}`)
    if (options.markdown) await writeFile(document, asMarkdown({ sections, machine: [...machine, after], options }))
  } finally {
    await site.stop()
  }
}

async function* measure(site: Site, options: Options): AsyncGenerator<Section> {
  const { only } = options
  const population = await populate(site, options)
  yield preparation(options, population)
  if (only.has('enroll')) yield await measureEnroll(site, options, population)
  yield await measureConnect(site, options, population)
  yield await measureMemory(site, options)
  if (only.has('push')) yield await measurePush(site, options, population)
  if (only.has('ingest')) yield await measureIngest(site, options, population)
  if (only.has('rollout')) yield await measureRollout(site, options)
  if (only.has('waves')) yield await measureWaves(site, options)
  if (only.has('turns')) yield await measureTurns(site, options)
  if (only.has('agent')) yield await measureAgent(site, options)
  if (options.plans) yield await explainPlans(site, options)
}

function preparation({ targets, devices }: Options, { certificateMs }: Population): Section {
  return {
    title: 'Before: what was written directly',
    rows: [
      row(targets, 'rows', 'of devices with state and desired document (set-based SQL)'),
      row(devices, 'rows', 'of certificates, for the devices that connect'),
      row(certificateMs, 'ms', 'for each certificate by libs/pki, in the process of the bench'),
    ],
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await run(options)
  else say(usage)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  // The embedded server's package ends processes by itself, with 0 unless it is told otherwise.
  process.exit(1)
}
