import {
  evaluateGate,
  instantText,
  lifecycle,
  statesAllowing,
  targetLifecycle,
  windowAt,
  type RolloutVerb,
} from '@bootfleet/domain'
import { describe, expect, test } from 'vitest'
import { readText, repositoryFiles } from './architecture/files.ts'

const page = readText('docs/rollouts.md')

/** The rows of the first table after a mark, by column. */
function tableAfter(mark: string): Record<string, string>[] {
  const part = page.split(`<!-- ${mark} -->`)[1]?.split('<!-- end -->')[0] ?? ''
  const [head = [], _rule, ...rows] = part
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  return rows.map((row) => Object.fromEntries(head.map((name, place) => [name, row[place] ?? ''])))
}

function diagram(arrows: readonly string[]): string {
  return ['```mermaid', 'stateDiagram-v2', ...arrows.map((arrow) => `    ${arrow}`), '```'].join('\n')
}

function rolloutDiagram(): string {
  return diagram(
    Object.entries(lifecycle).flatMap(([from, verbs]) => {
      const arrows = Object.entries(verbs).map(([verb, to]) => `${from} --> ${to}: ${verb}`)
      return arrows.length > 0 ? arrows : [`${from} --> [*]`]
    }),
  )
}

function targetDiagram(): string {
  return diagram(Object.entries(targetLifecycle).flatMap(([from, after]) => after.map((to) => `${from} --> ${to}`)))
}

function verbTable(): string {
  const verbs = [...new Set(Object.values(lifecycle).flatMap((row) => Object.keys(row) as RolloutVerb[]))]
  const rows = verbs.map((verb) => `| ${verb} | ${statesAllowing(verb).join(', ')} |`)
  return ['| verb | from |', '| --- | --- |', ...rows].join('\n')
}

const made = { rollout: rolloutDiagram(), verbs: verbTable(), target: targetDiagram() }

/** The codes of reasons in the sources; what is put in while it runs is `*`. */
function codesInSources(): Set<string> {
  const sources = repositoryFiles().filter((file) =>
    /^libs\/(domain|operations)\/src\/(?!demo\/).*(?<!test|testing)\.ts$/.test(file),
  )
  const texts = sources.map((file) => readText(file))
  const codes = texts.flatMap((text) =>
    [...text.matchAll(/code: ['`]([a-z_]+\.[^'`]+)['`]/g)].map((match) => match[1] ?? ''),
  )
  return new Set(codes.map((code) => code.replaceAll(/\$\{[^}]*\}/g, '*')))
}

describe('the page about rollouts', () => {
  test('has the diagrams and the verbs that the engine runs by (vitest -u writes them)', async () => {
    let current = page
    for (const [mark, text] of Object.entries(made))
      current = current.replace(
        new RegExp(`<!-- made: ${mark} -->[^]*?<!-- end -->`),
        () => `<!-- made: ${mark} -->\n\n${text}\n\n<!-- end -->`,
      )
    await expect(current).toMatchFileSnapshot('../docs/rollouts.md')
  })

  const examples = tableAfter('examples: gate')
  test.each(examples.map((row, place) => [place + 1, row['why'] ?? '', row] as const))(
    'worked example %i: %s',
    (_place, _why, row) => {
      const given = (name: string) => (row[name] === '' ? undefined : Number(row[name]))
      const [maxFailures, maxFailurePercent] = [given('maxFailures'), given('maxFailurePercent')]
      const rule = {
        ...(maxFailures !== undefined && { maxFailures }),
        ...(maxFailurePercent !== undefined && { maxFailurePercent }),
        minConcluded: given('minConcluded') ?? 1,
        minSuccessPercent: given('minSuccessPercent') ?? 0,
      }
      const [size = 0, skipped = 0, excused = 0] = [given('size'), given('skipped'), given('excused')]
      const [succeeded = 0, failures = 0] = [given('succeeded'), given('failures')]
      const inFlight = size - skipped - succeeded - failures
      const { verdict, because } = evaluateGate(rule, { size, skipped, excused, succeeded, failures, inFlight })
      expect([verdict, because.code]).toEqual([row['verdict'], row['because']])
    },
  )

  const jumps = tableAfter('examples: window')
  test.each(jumps.map((row, place) => [place + 1, row['why'] ?? '', row] as const))(
    'window example %i: %s',
    (_place, _why, { window = '', ...row }) => {
      const timezone = 'Europe/Berlin'
      const [, cron, minutes] = /^`(.+)` for (\d+) min$/.exec(window) ?? []
      const [from = '', to = ''] = window.split(' to ')
      const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
      const one = cron ? { cron, durationMin: Number(minutes), timezone } : { days: [...days], from, to, timezone }
      const before = windowAt([one], [], Date.parse(`${row['asked at']}Z`))
      expect(before.open).toBe(false)
      const opens = before.reopensAt ?? Number.NaN
      const closes = windowAt([one], [], opens).until ?? Number.NaN
      expect([opens, closes].map((at) => instantText(at))).toEqual([`${row['opens']} UTC`, `${row['closes']} UTC`])
    },
  )

  test('names every reason that the engine can give, and no other', () => {
    const rows = tableAfter('reasons')
    const told = new Set(
      rows.flatMap((row) => [...(row['code'] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')),
    )
    const codes = codesInSources()
    expect([...codes].filter((code) => !told.has(code))).toEqual([])
    const patterns = [...codes].filter((code) => code.includes('*')).map((code) => code.slice(0, code.indexOf('*')))
    const isGiven = (code: string) => codes.has(code) || patterns.some((start) => code.startsWith(start))
    expect([...told].filter((code) => !isGiven(code))).toEqual([])
    expect(rows.filter((row) => !row['means'] || !row['what to do'])).toEqual([])
  })
})
