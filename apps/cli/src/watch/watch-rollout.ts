import type { Client } from '@bootfleet/sdk'
import { exitCodes } from '../exit-codes.ts'
import { toFailure } from '../failure.ts'
import type { Output } from '../output/output.ts'
import { createDeviceNames } from './device-names.ts'
import { followRollout } from './follow-rollout.ts'
import { createLineViewer } from './line-viewer.ts'
import { createLiveViewer } from './live-viewer.ts'
import { createRecordViewer } from './record-viewer.ts'
import { reportVerdict, type Ended } from './report-verdict.ts'
import type { RolloutViewer } from './rollout-viewer.ts'
import { verdictOf } from './verdict.ts'

export interface WatchInput {
  readonly client: Client
  readonly url: string
  readonly output: Output
  readonly rollout: string
  /** Milliseconds; for ever if not given. */
  readonly timeoutMs: number | undefined
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal
}

/** Shows a rollout until it has ended and says how. Returns the exit code; an interruption leaves the rollout alone. */
export async function watchRollout(input: WatchInput): Promise<number> {
  const { client, output, rollout, interrupted, timeoutMs } = input
  const stop = new AbortController()
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(), timeoutMs)
  interrupted.addEventListener('abort', () => stop.abort())
  if (interrupted.aborted) stop.abort()
  const ended = await showUntilEnd(input, stop.signal).finally(() => clearTimeout(timer))
  if (ended) {
    await reportVerdict(client, output, ended)
    return exitCodes[ended.verdict.reason].code
  }
  const again = `The rollout goes on. Watch it again:\n  bootfleet rollouts watch ${rollout}`
  if (interrupted.aborted) {
    // The terminal has written ^C where the cursor was.
    output.note(`${output.live ? '\n' : ''}Interrupted. ${again}`)
    return interrupted.reason === 'SIGTERM' ? exitCodes.terminated.code : exitCodes.interrupted.code
  }
  output.note(`The time given by --timeout is over. ${again}`)
  if (output.json) output.record({ type: 'end', outcome: 'timeout', exitCode: exitCodes.timeout.code })
  return exitCodes.timeout.code
}

async function showUntilEnd(
  { client, url, output, rollout }: WatchInput,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const viewer = chooseViewer(client, output)
  try {
    for await (const seen of followRollout(client, rollout, { signal })) {
      if (seen.kind === 'outage') {
        viewer.outage(`${toFailure(seen.error, url).message} Trying again.`)
        continue
      }
      await viewer.show(seen)
      const verdict = verdictOf(seen.rollout)
      if (verdict) return { rollout: seen.rollout, verdict }
    }
    return undefined
  } finally {
    viewer.end()
  }
}

function chooseViewer(client: Client, output: Output): RolloutViewer {
  if (output.json) return createRecordViewer(output)
  const names = createDeviceNames(client)
  return output.live ? createLiveViewer(output, names) : createLineViewer(output, names)
}
