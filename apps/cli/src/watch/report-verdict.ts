import type { Rollout } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { exitCodes } from '../exit-codes.ts'
import { paragraph, type Output } from '../output/output.ts'
import { progressText } from '../output/rollout-text.ts'
import { inWords, plain } from '../output/text.ts'
import type { Verdict } from './verdict.ts'

export interface Ended {
  readonly rollout: Rollout
  readonly verdict: Verdict
}

const shownFailures = 5

/** Says how the rollout ended and, if it did not complete, why, which devices failed, and what can be done. */
export async function reportVerdict(client: Client, output: Output, { rollout, verdict }: Ended): Promise<void> {
  const { outcome, reason } = verdict
  const { message } = rollout.because
  if (output.json) {
    output.record({ type: 'end', outcome, exitCode: exitCodes[reason].code, because: rollout.because })
    return
  }
  const tone = reason === 'ok' ? 'green' : 'red'
  const headline = outcome === 'tripped' ? 'Paused by a gate' : `Rollout ${inWords(outcome)}`
  const lines = [`${output.paint(['bold', tone], `${headline}:`)} ${progressText(rollout)}.`]
  if (reason !== 'ok') {
    lines.push(...paragraph(output, plain(message)))
    lines.push(...(await failureLines(client, output, rollout.id)))
    lines.push(...nextSteps(rollout, verdict))
  }
  output.write(`\n${lines.map((line) => `${line}\n`).join('')}`)
}

async function failureLines(client: Client, output: Output, rollout: string): Promise<string[]> {
  const states = ['rolled_back', 'failed', 'timed_out'] as const
  const read = (state: (typeof states)[number]) =>
    client.rollouts.targets({ params: { rollout }, query: { state, limit: shownFailures } })
  // What is said beside the verdict must not replace it.
  const pages = await Promise.all(states.map((state) => read(state).catch(() => ({ items: [] }))))
  return pages
    .flatMap(({ items }) => items)
    .slice(0, shownFailures)
    .flatMap(({ deviceName, state, because }) =>
      paragraph(output, plain(`${deviceName} ${inWords(state)}: ${because.message}`), '  '),
    )
}

function nextSteps({ id, verbs }: Rollout, { outcome }: Verdict): string[] {
  if (outcome !== 'tripped' && outcome !== 'halted') return [`More: bootfleet rollouts explain ${id}`]
  const resume = ['continue', 'retry-failed'].map((choice) => `bootfleet rollouts resume ${id} --choice ${choice}`)
  const steps = [
    ...(verbs.resume.allowed ? resume : []),
    ...(verbs['roll-back'].allowed ? [`bootfleet rollouts roll-back ${id}`] : []),
    ...(verbs.abort.allowed ? [`bootfleet rollouts abort ${id}`] : []),
  ]
  return steps.length > 0 ? ['What now:', ...steps] : ['Ask an operator to resume or to abort it.']
}
