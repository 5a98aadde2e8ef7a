import type { SelftestResult } from './selftest/run-selftest.ts'
import { agentVersion } from './version.ts'

const help = `usage: bootfleet-agent [selftest --read-only [--json] | --help | --version]

Without arguments it runs as the agent of this machine, until it is stopped.
  selftest --read-only [--json]  tells what it would do here, and changes nothing
  -h, --help                     this help
  --version                      the version of the agent
`

/** What is answered to these arguments; `undefined`: there are none, so the agent runs, or they are those of `selftest`. */
export function answerWords(args: readonly string[]): SelftestResult | undefined {
  const [word] = args
  if (word === undefined) return undefined
  if (args.includes('--help') || args.includes('-h')) return { code: 0, stdout: help, stderr: '' }
  if (word === 'selftest') return undefined
  const unknown = word === '--version' ? args[1] : word
  if (unknown === undefined) return { code: 0, stdout: `${agentVersion}\n`, stderr: '' }
  return { code: 2, stdout: '', stderr: `Unknown argument: ${unknown}\n${help}` }
}
