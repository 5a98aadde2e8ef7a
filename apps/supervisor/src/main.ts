import { relative } from 'node:path'
import type { Child } from './child/child.ts'
import { authority, loadEnvironment, readConfig, type Config } from './config.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { readyLine, type PreparationStep } from './ready-line.ts'
import { say } from './say.ts'
import { describeError } from './start-error.ts'
import { StopStack } from './stop-stack.ts'
import { repositoryRoot, supervise, type Supervised } from './supervise.ts'

/**
 * Runs bootfleet until it is asked to stop. Then the processes end in the opposite order of their start, each within
 * its time, the database last; asked again, everything is killed. Exits with 0 after that, with 1 when it cannot start.
 * `prepared` is what was done before it could be called.
 */
export async function main(prepared: readonly PreparationStep[] = []): Promise<void> {
  const stopping = new AbortController()
  const stack = new StopStack()
  const children: Child[] = []
  const asked = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))
  onStopSignal({
    first: () => {
      say('\nStopping. Ask again to kill everything at once.')
      stopping.abort()
    },
    again: () => {
      for (const child of children) child.kill()
      process.exit(1)
    },
  })
  let failed = false
  try {
    const config = readConfig({
      env: loadEnvironment(repositoryRoot),
      args: process.argv.slice(2),
      root: repositoryRoot,
    })
    const supervised = await supervise({ root: repositoryRoot, config, stack, children, signal: stopping.signal })
    if (!stopping.signal.aborted) {
      say(readyLine(prepared, performance.now() / 1000))
      sayReady(config, supervised)
    }
    await asked
  } catch (error) {
    failed = !stopping.signal.aborted
    if (failed) process.stderr.write(`${describeError(error)}\n`)
  }
  await stack.run(say)
  if (!failed) say('Stopped.')
  process.exit(failed ? 1 : 0)
}

const removal = 'npm run -s bootfleet -- demo remove'

function sayReady(config: Config, { admin: { email, created }, demo }: Supervised): void {
  const { web, device, mqtt } = config.addresses
  const inside = relative(process.cwd(), config.dataFolder)
  const data = inside.startsWith('..') || inside === '' ? config.dataFolder : inside
  const signIn = created
    ? [
        `  Sign in        ${created.email}`,
        `  Password       ${created.password}   (shown once, kept in ${data}/admin.json)`,
      ]
    : [`  Sign in        ${email ?? 'as before'}   (forgotten? npm run admin -- reset-password)`]
  const lines = [
    '',
    'bootfleet is running.',
    `  Dashboard, API ${web}`,
    ...signIn,
    `  Devices        ${device}, mqtts://${authority(mqtt.host)}:${mqtt.port}`,
    `  Data, logs     ${data}, ${data}/logs`,
    ...(demo ? [`  Demo           60 simulated devices begin a rollout; to remove them: ${removal}`] : []),
    '  Ctrl-C stops it; the data stays.',
  ]
  say(lines.join('\n'))
}
