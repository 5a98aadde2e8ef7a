import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { PowerRun, scriptOf } from './testing/power-run.ts'
import type { DiskState, StoredBoot } from './testing/power-run.ts'
import { digestOf, installed, update } from './testing/scene.ts'

const verdicts = ['booted_target', 'rolled_back', 'never_finalized', 'finalize_failed', 'diverged']

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** `POWER_SEEDS` is one seed, or the first and the last: `1-300`. */
function seedsOf(text: string): number[] {
  const [first = 1, last = first] = text.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

function repeat(seed: number): string {
  const again = `POWER_SEEDS=${seed} npx vitest run --project integration apps/agent/src/power.int.test.ts`
  return `seed ${seed}, ${JSON.stringify(scriptOf(seed))}; again with: ${again}`
}

/** Nothing that was known is forgotten, and nothing is half there. */
function expectKept(losses: readonly DiskState[], how: string): void {
  let quarantined: string[] = []
  let boots: StoredBoot[] = []
  for (const loss of losses) {
    expect([loss.journal, loss.boots], how).not.toContain('unreadable')
    if (loss.journal === 'unreadable' || loss.boots === 'unreadable') continue
    const journal = loss.journal === 'missing' ? undefined : loss.journal
    const keys = loss.boots.map(({ bootKey }) => bootKey)
    // A boot is in the log before it is in the journal.
    if (journal?.bootKey) expect(keys, how).toContain(journal.bootKey)
    expect(keys.slice(0, boots.length), how).toEqual(boots.map(({ bootKey }) => bootKey))
    expect(journal?.quarantined ?? [], how).toEqual(expect.arrayContaining(quarantined))
    boots = loss.boots
    quarantined = journal?.quarantined ?? quarantined
  }
}

/** A machine that went down to boot a target has told in its next boot what became of it. */
function expectVerdicts(losses: readonly DiskState[], how: string): void {
  const boots = losses.at(-1)?.boots
  for (const { cut, journal, boots: known } of losses) {
    if (cut.how === 'agent' || typeof journal === 'string' || known === 'unreadable' || boots === 'unreadable') continue
    if (journal.attempt?.phase === 'rebooting') expect(verdicts, how).toContain(boots?.[known.length]?.outcome)
  }
}

/** At most once in one boot; away from the old image only with a grant of that boot. */
function expectReboots(run: PowerRun, how: string): void {
  const requests = run.requests()
  expect(new Set(requests).size, how).toBe(requests.length)
  const boots = run.boots()
  for (const boot of requests) {
    if (boots.get(boot) === digestOf(update)) expect(run.script.boot, how).toBe('unhealthy')
    else expect([...run.grantedBoots], how).toContain(boot)
  }
}

describe('a machine whose agent is killed, and whose power goes, at any moment', () => {
  it.concurrent.each(seedsOf(process.env['POWER_SEEDS'] ?? '1-20'))(
    'comes to where it should be, with nothing forgotten and no reboot too many (seed %i)',
    async (seed) => {
      const how = repeat(seed)
      const run = await PowerRun.play(agent, scriptOf(seed)).catch((cause: unknown) => {
        throw new Error(how, { cause })
      })
      await using _ = run
      expect(run.losses.length, how).toBeGreaterThan(0)
      const isGood = run.script.boot === 'ok'
      expect(run.plane.state(), how).toMatchObject({
        booted: { digest: digestOf(isGood ? update : installed) },
        attempt: { outcome: isGood ? 'booted_target' : 'rolled_back' },
        quarantined: isGood ? [] : [digestOf(update)],
      })
      const disk = [...run.losses, run.disk({ kind: 'log', at: 0, how: 'agent' })]
      expectKept(disk, how)
      expectVerdicts(disk, how)
      expectReboots(run, how)
    },
    200_000,
  )
})
