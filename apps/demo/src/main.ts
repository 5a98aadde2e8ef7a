import { rm } from 'node:fs/promises'
import { createClient } from '@bootfleet/sdk'
import { readConfig } from './config.ts'
import { images, repository } from './images.ts'
import { runDemo } from './run-demo.ts'
import { serveImages } from './serve-images.ts'
import { simulate } from './simulator.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

async function main(): Promise<void> {
  const config = readConfig()
  await using server = await serveImages(images, { repository, port: config.port })
  const ending = await runDemo({
    client: createClient(config.api),
    repository: `${server.registry}/${repository}`,
    simulate: (group, signal) => simulate(config, group, signal),
    signal: stop.signal,
    say: (line) => void process.stdout.write(`${line}\n`),
  })
  // Keys of devices that are no more.
  if (ending === 'removed') await rm(config.folder, { recursive: true, force: true })
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
