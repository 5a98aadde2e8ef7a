import { answerWords } from './answer-words.ts'
import { claimMachine } from './claim-machine.ts'
import { readConfig } from './config.ts'
import { log, messageOf } from './log.ts'
import { systemPlatform } from './platform.ts'
import { runAgent } from './run-agent.ts'
import { runSelftest, type SelftestResult } from './selftest/run-selftest.ts'

const [command, ...args] = process.argv.slice(2)

async function serve(): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      log('stopping', { signal: name })
      stop.abort()
    })
  }
  process.once('uncaughtException', (error) => {
    log('agent_failed', { detail: messageOf(error), stack: error.stack })
    process.exit(1)
  })
  const config = readConfig()
  const platform = await systemPlatform(config)
  await claimMachine(config.runDir)
  await runAgent(platform, stop.signal)
}

function answer({ code, stdout, stderr }: SelftestResult): void {
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
}

const isSelftest = command === 'selftest'
const said = answerWords(process.argv.slice(2))
try {
  if (said) answer(said)
  else if (isSelftest) answer(await runSelftest(args, readConfig))
  else await serve()
} catch (error) {
  if (isSelftest) process.stderr.write(`selftest failed: ${messageOf(error)}\n`)
  else log('agent_failed', { detail: messageOf(error) })
  process.exitCode = isSelftest ? 2 : 1
}
