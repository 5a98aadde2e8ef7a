import type { Policy } from '@bootfleet/contracts'
import { writeDuration } from '../duration.ts'
import { fieldLines } from './fields.ts'
import { paragraph, type Output } from './output.ts'
import { countOf } from './text.ts'

type Recipe = Policy['spec']
type Wave = Pick<Recipe['waves'][number], 'size' | 'selector'>
type Gate = Recipe['rest']['gate']

/** A recipe in words: its waves with their gates, then the rules that hold for all of it. */
export function recipeLines(spec: Recipe, output: Output): string[] {
  const waves = [...spec.waves, { ...spec.rest, size: null, selector: null }]
  const { timeouts } = spec
  return [
    ...waves.flatMap(({ name, size, selector, soakSec, approval, gate }, index) => [
      output.paint('bold', `Wave ${index + 1} ${name}`),
      ...paragraph(
        output,
        `${sizeText({ size, selector })}, soak ${time(soakSec)}${approval === 'manual' ? ', opens when a person approves it' : ''}`,
        '  ',
      ),
      ...paragraph(output, `gate: ${gateText(gate)}`, '  '),
    ]),
    '',
    ...fieldLines(
      [
        ['Approvals', spec.approvals === 0 ? 'none' : `${spec.approvals} other people`],
        ['When a gate trips', spec.onTrip],
        ['Windows', spec.windows],
        ['Unreachable', `${spec.unreachable}, after ${time(timeouts.unreachableAfterSec)}`],
        ['Late joiners', spec.lateJoiners],
        ['Stratified by', spec.stratifyBy],
        ['Left out', spec.exclude],
        ['Health units', spec.healthUnits.join(', ')],
        ['Soft reboot', spec.softReboot ? 'where possible' : null],
        ['Jitter', spec.jitterSec > 0 ? time(spec.jitterSec) : null],
        ['Observed for', time(spec.observeForSec)],
        ['Download', time(timeouts.downloadSec)],
        ['Grant', time(timeouts.grantSec)],
        ['Apply', time(timeouts.applySec)],
        ['Health', time(timeouts.healthSec)],
        ['Gives up after', time(timeouts.giveUpAfterSec)],
      ],
      output,
    ),
  ]
}

function sizeText({ size, selector }: Wave): string {
  const matching = selector === null ? '' : ` that match ${selector}`
  if (size === null) return selector === null ? 'all the others' : `all devices${matching}`
  if ('count' in size) return `${countOf(size.count, 'device')}${matching}`
  return selector === null ? `up to ${size.percent}% of all devices` : `${size.percent}% of the devices${matching}`
}

function gateText({ maxFailures, maxFailurePercent, minConcluded, minSuccessPercent, sprt, signals }: Gate): string {
  const parts = [
    sprt && `sequential test, good at ${sprt.goodFailurePercent}% failures and bad at ${sprt.badFailurePercent}%`,
    maxFailures !== undefined && `at most ${maxFailures} may fail`,
    maxFailurePercent !== undefined && `at most ${maxFailurePercent}% may fail, judged from ${minConcluded} on`,
    `at least ${minSuccessPercent}% must succeed`,
    signals !== 'hold' && `unhealthy signals ${signals === 'trip' ? 'trip it' : 'are ignored'}`,
  ]
  return parts.filter(Boolean).join('; ')
}

function time(seconds: number): string {
  return writeDuration(seconds * 1000)
}
