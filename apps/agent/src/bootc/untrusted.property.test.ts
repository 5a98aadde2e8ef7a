import { StateBody, agentErrorCodes } from '@bootfleet/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRpmOstree } from '../host/parse-rpm-ostree.ts'
import { classifyBoot } from '../journal/classify-boot.ts'
import { plan } from '../plan/plan.ts'
import { buildState } from '../report/build-state.ts'
import { attempt, desired, grant, journal, view } from '../testing/a-view.ts'
import { readCapabilities } from './capabilities.ts'
import { classifyBootcError } from './classify-error.ts'
import { fixture, rpmOstreeFixtures, statusFixtures } from './fixtures.testing.ts'
import type { HostStatus } from './host-status.ts'
import { createLineReader, parseProgress } from './parse-progress.ts'
import { parseStatus } from './parse-status.ts'

type Node = Record<string, unknown> | unknown[]

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Every place in a document that can be changed. */
function places(node: Node): [Node, string][] {
  return Object.entries(node).flatMap(([key, value]) => [[node, key], ...(isNode(value) ? places(value) : [])])
}

const junk = fc.oneof(
  fc.constantFrom(null, true, '', 0, -1, 1e308, 'x'.repeat(600), '\u0000', [], {}, 'sha256:', '../..', '__proto__'),
  fc.jsonValue({ maxDepth: 2 }),
)
const changes = fc.array(fc.record({ at: fc.nat(), to: junk, remove: fc.boolean() }), { minLength: 1, maxLength: 8 })

/** A document of the real program with some places changed or removed. */
function mutated(names: readonly string[]): fc.Arbitrary<unknown> {
  return fc.tuple(fc.constantFrom(...names), changes).map(([name, mutations]) => {
    const document = structuredClone(fixture(name)) as Node
    for (const { at, to, remove } of mutations) {
      const all = places(document)
      const [node, key] = all[at % Math.max(1, all.length)] ?? [document, 'status']
      if (remove) Reflect.deleteProperty(node, key)
      else Reflect.set(node, key, to)
    }
    return document
  })
}

/** Whatever a host looks like, the agent decides something and can say it in a report that the server accepts. */
function isReportable(host: HostStatus): void {
  const of = view({
    host,
    desired: desired({ apply: { phase: 'applied' } }),
    grant,
    journal: journal({ attempt: attempt() }),
  })
  const step = plan(of)
  const rest = {
    observedHash: undefined,
    error: undefined,
    damage: undefined,
    inventoryHash: undefined,
    driftHash: undefined,
  }
  const state = buildState({ view: { ...of, grant: null }, step, ...rest })
  expect(
    StateBody.safeParse({
      ...state,
      bootKey: '0b1c2d3e-0000-4000-8000-000000000000:0',
      health: undefined,
    }).error?.issues.filter(({ path }) => path[0] !== 'health'),
  ).toEqual([])
  classifyBoot({ attempt: attempt({ phase: 'rebooting' }), host, ranInTarget: false })
}

describe('whatever bootc and rpm-ostree write', () => {
  it('a status is read and can be acted on, or is refused in clear words', () => {
    fc.assert(
      fc.property(mutated(statusFixtures), (document) => {
        let host: HostStatus
        try {
          host = parseStatus(document)
        } catch (error) {
          expect(String(error)).toContain('did not print a BootcHost document')
          return
        }
        isReportable(host)
      }),
      { numRuns: 200 },
    )
  })

  it('a status of rpm-ostree is read, or there is none', () => {
    fc.assert(
      fc.property(mutated(rpmOstreeFixtures), (document) => {
        const status = parseRpmOstree(document)
        if (status !== undefined) isReportable(status.host)
      }),
      { numRuns: 100 },
    )
  })

  it('and so for data that are no document of theirs at all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parseRpmOstree(value)
        expect(() => parseStatus(value)).toThrow(/BootcHost/)
      }),
    )
  })

  it('an error has a code of the protocol and a bounded text', () => {
    const words = fc.constantFrom(
      'error:',
      'unauthorized',
      'sha256:',
      '\u001B[31m',
      '\n',
      '://',
      'denied',
      'EOF',
      '\u0000',
    )
    const stderr = fc
      .array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 60 })
      .map((parts) => parts.join(' '))
    fc.assert(
      fc.property(stderr, (said) => {
        const failure = classifyBootcError(said)
        expect(agentErrorCodes).toContain(failure.code)
        expect(failure.detail.length).toBeGreaterThan(0)
        expect(failure.detail.length).toBeLessThanOrEqual(1000)
        expect(failure.raw?.length ?? 0).toBeLessThanOrEqual(4096)
      }),
    )
  })

  it('an error line of megabytes is sorted at once', () => {
    for (const part of ['a.', 'a/', ':', 'sha256:', 'lookup ', '\u001B[']) {
      expect(classifyBootcError(`error: ${part.repeat(60_000)}: no such host`)).toMatchObject({ code: 'network' })
    }
  })

  it('a line of progress gives bytes that never exceed their total, or nothing', () => {
    const event = fc.record(
      { type: junk, task: fc.oneof(fc.constant('pulling'), junk), bytes: junk, bytesTotal: junk },
      { requiredKeys: [] },
    )
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      event.map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
        const reader = createLineReader((read) => {
          const progress = parseProgress(read)
          if (progress === undefined) return
          expect(progress.bytes).toBeLessThanOrEqual(progress.bytesTotal)
          expect(progress.step.length).toBeLessThanOrEqual(40)
        })
        let rest = lines.join('\n')
        for (const cut of cuts) {
          reader(rest.slice(0, cut))
          rest = rest.slice(cut)
        }
        reader(`${rest}\n`)
      }),
    )
  })

  it('a version and a help text give capabilities', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (version, upgradeHelp, switchHelp) => {
        const read = readCapabilities({ version: `bootc ${version}`, upgradeHelp, switchHelp })
        expect(read.version?.length ?? 0).toBeLessThanOrEqual(40)
      }),
    )
  })
})
