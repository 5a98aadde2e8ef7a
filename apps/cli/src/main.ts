#!/usr/bin/env node
import { readSettings } from './config/config.ts'
import { runCli } from './run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), {
  settings: readSettings(),
  streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  interrupted: interruption(),
})

/** Aborted by the first Ctrl-C or SIGTERM, for commands that listen; others end as usual. */
function interruption(): () => AbortSignal {
  return () => {
    const controller = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(signal))
    return controller.signal
  }
}
