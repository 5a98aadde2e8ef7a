import { readConfig } from './config.ts'
import { log, messageOf } from './log.ts'
import { systemPlatform } from './platform.ts'
import { runAgent } from './run-agent.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    log('stopping', { signal: name })
    stop.abort()
  })
}

try {
  await runAgent(await systemPlatform(readConfig()), stop.signal)
} catch (error) {
  log('agent_failed', { detail: messageOf(error) })
  process.exitCode = 1
}
