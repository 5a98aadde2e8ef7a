import type { Rollout, RolloutEvent, RolloutWave } from '@bootfleet/contracts'
import { formatDuration } from '../duration.ts'
import { estimateText } from './estimate-text.ts'
import { toneOf, type Paint } from './paint.ts'
import {
  approvalText,
  clockTime,
  policyText,
  failuresOf,
  progressText,
  titleOf,
  waveProgress,
  waveState,
} from './rollout-text.ts'
import { renderTable } from './table.ts'
import { fit, inWords, plain, textWidth, wrap } from './text.ts'

export interface FrameEvent {
  readonly event: RolloutEvent
  readonly device: string | undefined
}

export interface FrameInput {
  readonly rollout: Rollout
  /** The oldest first. */
  readonly events: readonly FrameEvent[]
  /** Said in place of the reason while the server does not answer. */
  readonly outage?: string | undefined
  /** Epoch milliseconds. */
  readonly now: number
  readonly width: number
  readonly height: number
  readonly paint: Paint
}

const maxEvents = 5
const maxReasonLines = 3
const leastWaves = 4

/** A rollout on a few lines: what, how far, each wave, why it is where it is, and what happened last. */
export function rolloutFrame(input: FrameInput): string[] {
  const { rollout, width, height, paint } = input
  const head = [...heading(input), ...factLines(input), progressBar(rollout, width, paint), '']
  const reason = reasonLines(input)
  const room = height - 1 - head.length - reason.length
  const events = input.events.slice(-maxEvents).slice(-Math.max(1, room - leastWaves - 3))
  const waves = visibleWaves(rollout, room - 3 - events.length)
  const lines = [
    ...head,
    ...(waves.length > 0 ? [...renderTable(waveColumns, waves, { width, paint }), ''] : []),
    ...reason,
    ...(events.length > 0 ? ['', ...events.map((event) => eventLine(event, width, paint))] : []),
  ]
  return lines.slice(0, height - 1)
}

/** One line about something that happened. */
export function eventLine({ event, device }: FrameEvent, width: number, paint: Paint): string {
  const subject = device ?? (event.wave === null ? 'rollout' : `wave ${event.wave + 1}`)
  const time = clockTime(event.at)
  const text = fit(plain(`${subject}: ${event.because.message}`), width - time.length - 2)
  return `${paint('dim', time)}  ${text}`
}

function heading({ rollout, now, width, paint }: FrameInput): string[] {
  const { state, startedAt, endedAt } = rollout
  const ran =
    startedAt === null
      ? ''
      : ` ${formatDuration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt))}`
  const title = fit(plain(titleOf(rollout)), width - state.length - ran.length - 2)
  const space = ' '.repeat(Math.max(2, width - textWidth(title) - state.length - ran.length))
  return [
    `${paint('bold', title)}${space}${paint(toneOf(state), inWords(state))}${ran}`,
    paint('dim', fit(plain(`${rollout.id}${policyText(rollout)}`), width)),
  ]
}

function factLines({ rollout, width, paint }: FrameInput): string[] {
  const texts = [approvalText(rollout), estimateText(rollout)].filter((text) => text !== undefined)
  return texts.map((text) => paint('dim', fit(plain(text), width)))
}

function progressBar(rollout: Rollout, width: number, paint: Paint): string {
  const { counts, eligible } = rollout
  const text = progressText(rollout)
  const cells = Math.max(0, Math.min(40, width - text.length - 4))
  const total = Math.max(1, eligible ?? 0)
  const good = Math.floor((counts.succeeded / total) * cells)
  const bad = Math.min(cells - good, Math.ceil((failuresOf(counts) / total) * cells))
  const bar =
    paint('green', '█'.repeat(good)) + paint('red', '█'.repeat(bad)) + paint('dim', '░'.repeat(cells - good - bad))
  return `${bar}  ${text}`
}

const waveColumns = [
  { title: ' ', value: ({ index }: RolloutWave) => String(index + 1), align: 'right' as const },
  { title: 'WAVE', value: ({ name }: RolloutWave) => name, shrinkTo: 8 },
  { title: 'STATE', value: waveState, tone: ({ state }: RolloutWave) => toneOf(state) },
  { title: 'TARGETS', value: waveProgress, shrinkTo: 10 },
]

// Where not all fit, the ones around the first that is not over.
function visibleWaves({ waves }: Rollout, room: number): RolloutWave[] {
  const most = Math.max(1, room)
  if (waves.length <= most) return waves
  const current = waves.findIndex(({ state }) => state !== 'passed' && state !== 'promoted')
  const from = Math.min(Math.max(0, (current < 0 ? waves.length : current) - 1), waves.length - most)
  return waves.slice(from, from + most)
}

function reasonLines({ rollout, outage, width, paint }: FrameInput): string[] {
  const lines = wrap(plain(outage ?? rollout.because.message), width)
  const rest = lines.slice(maxReasonLines - 1).join(' ')
  const shown = lines.length > maxReasonLines ? [...lines.slice(0, maxReasonLines - 1), rest] : lines
  return shown.map((line) => paint(outage === undefined ? undefined : 'yellow', fit(line, width)))
}
