import { rm } from 'node:fs/promises'
import { createClient } from '@bootfleet/sdk'
import { readConfig } from './config.ts'
import { repository } from './images.ts'
import { runDemo } from './run-demo.ts'
import { serveUnlessPublished } from './serve-unless-published.ts'
import { simulate } from './simulator.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

async function main(): Promise<void> {
  const config = readConfig()
  const client = createClient(config.api)
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  await using server = await serveUnlessPublished(client, { port: config.port, say })
  const ending = await runDemo({
    client,
    repository: `${server.registry}/${repository}`,
    simulate: (group, signal) => simulate(config, group, signal),
    signal: stop.signal,
    say,
  })
  // Keys of devices that are no more.
  if (ending === 'removed') await rm(config.folder, { recursive: true, force: true })
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
