import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FakeMachine, waitFor } from '@bootfleet/testkit'
import { row, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import { readUsage } from './process-usage.ts'
import type { Site } from './site.ts'

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const bundle = file('apps/agent/dist/bootfleet-agent.mjs')
const unit = file('deploy/agent/bootfleet-agent.service')

/** One agent as its unit starts it, on a machine that is played, connected and with nothing to do. */
export async function measureAgent(site: Site, { idleSec }: Options): Promise<Section> {
  await using machine = await FakeMachine.create({ hardwareId: 'bench-agent' })
  const { document } = await site.client.enrollmentTokens.create({ body: { name: 'agent', maxUses: 1 } })
  const env = machine.env({ BOOTFLEET_TRANSIENT_UNIT: 'never' })
  const state = env['BOOTFLEET_STATE_DIR'] ?? ''
  await mkdir(state, { recursive: true })
  await writeFile(join(state, 'enroll.json'), JSON.stringify(document), { mode: 0o600 })
  const flags = await nodeFlags()
  const start = () => spawn(process.execPath, [...flags, bundle], { env, stdio: 'ignore' })
  await enroll(site, start())
  const agent = start()
  const nothing = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' })
  try {
    await waitFor('the agent to come back', () => isOnline(site), 60_000)
    // What only starting needs is garbage by then.
    await delay(idleSec * 1000)
    const before = await usageOf(agent)
    await delay(idleSec * 1000)
    const after = await usageOf(agent)
    const bare = await usageOf(nothing)
    return {
      title: 'The agent, connected and idle',
      rows: [
        row((await stat(bundle)).size / 1024, 'KiB', 'the file of the agent'),
        row(after.rssMiB, 'MiB', 'RSS'),
        row(after.ownMiB, 'MiB', 'of that its own, neither shared nor mapped from files'),
        row(after.rssMiB / bare.rssMiB, 'x', `the RSS of a Node that does nothing (${Math.round(bare.rssMiB)} MiB)`),
        row((after.cpuMs - before.cpuMs) / (idleSec / 60), 'ms', 'processor time in a minute'),
      ],
      notes: [`Started as by its unit: node ${flags.join(' ')}.`, `Looked at for ${idleSec} s.`],
    }
  } finally {
    await Promise.all([end(agent), end(nothing)])
  }
}

/** What the unit says between node and the agent's file. */
async function nodeFlags(): Promise<string[]> {
  const words = /^ExecStart=.*?\bnode (.*)$/m.exec(await readFile(unit, 'utf8'))?.[1]?.split(' ') ?? []
  return words.filter((word) => word.startsWith('--'))
}

// What it takes to enroll is measured nowhere: a machine does so once.
async function enroll(site: Site, agent: ChildProcess): Promise<void> {
  try {
    await waitFor('the agent to enroll', () => isOnline(site), 60_000)
  } finally {
    await end(agent)
  }
  await waitFor('the agent to be gone', async () => !(await isOnline(site)), 60_000)
}

async function isOnline({ client }: Site): Promise<boolean> {
  const { items } = await client.devices.list({ query: { q: 'bench-agent', limit: 1 } })
  return items.some(({ online, phase }) => online && phase !== null)
}

function usageOf({ pid }: ChildProcess) {
  if (pid === undefined) throw new Error('The process did not start.')
  return readUsage(pid)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
