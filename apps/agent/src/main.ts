import { readConfig } from './config.ts'
import { log, messageOf } from './log.ts'
import { systemPlatform } from './platform.ts'
import { runAgent } from './run-agent.ts'
import { runSelftest } from './selftest/run-selftest.ts'

const [command, ...args] = process.argv.slice(2)

async function serve(): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      log('stopping', { signal: name })
      stop.abort()
    })
  }
  await runAgent(await systemPlatform(readConfig()), stop.signal)
}

async function selftest(): Promise<void> {
  const { code, stdout, stderr } = await runSelftest(args, readConfig)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
}

try {
  if (command === 'selftest') await selftest()
  else await serve()
} catch (error) {
  if (command === 'selftest') process.stderr.write(`selftest failed: ${messageOf(error)}\n`)
  else log('agent_failed', { detail: messageOf(error) })
  process.exitCode = command === 'selftest' ? 2 : 1
}
