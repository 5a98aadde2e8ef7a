import { describe, expect, test } from 'vitest'
import { parseSelector, SelectorError } from '@bootfleet/domain'
import { aDevice, aReport, aTarget, aWave, image, moves, now, given, look, many, waiting } from './look.ts'

const justBack = aDevice({ conn: 'conn-2', connectedAt: now, report: aReport({ receivedAt: now }) })
const grantHeld = aDevice({ report: aReport({ grantId: 'grant-1', stagedDigest: image, stagedLocked: true }) })
const down = aDevice({ report: aReport({ phase: 'rebooting' }) })

describe('a pause', () => {
  // Devices of groups that run are still handed the update, also those that ask for the first time.
  test('a paused rollout gives nothing out, also to devices that come back', () => {
    const targets = [
      ...many(5, (over) => aTarget('pending', { ...over, device: justBack })),
      aTarget('staged', { deviceId: 'staged' }),
      waiting({ device: justBack }),
    ]
    for (const state of ['pausing', 'paused'] as const)
      expect(moves(look(targets, { state, waves: [aWave({ size: 10 })] }))).toEqual([])
  })

  // What was handed out before the pause is applied after it.
  test('a pause takes back the grants that were not used', () => {
    const held = aTarget('granted', { device: grantHeld })
    expect(moves(look([held], { state: 'pausing' }))).toMatchObject([{ recalled: true, instruct: { kind: 'stage' } }])
  })

  // It is said to be paused while devices reboot.
  test('a rollout is paused when no device is under way any more, and not before', () => {
    const rebooting = look([aTarget('rebooting', { device: down })], { state: 'pausing' })
    expect([rebooting.rollout, rebooting.because]).toMatchObject([undefined, { code: 'rollout.draining', left: 1 }])
    expect(look([aTarget('staged')], { state: 'pausing' }).rollout?.to).toBe('paused')
  })

  // After a pause of days the devices are "waiting" for ever.
  test('devices that waited through a pause go on where they were', () => {
    const long = { stateSince: now - 7 * 86_400_000 }
    const targets = [
      aTarget('staged', { ...long, deviceId: 'staged' }),
      aTarget('pending', { ...long, deviceId: 'new' }),
    ]
    const names = given(look(targets, { waves: [aWave({ size: 2 })] }))
    expect(names.toSorted()).toEqual(['new', 'staged'])
  })
})

describe('an abort', () => {
  // An abort during the download is learnt of at the next report, after the reboot.
  test.each(['offered', 'downloading', 'staged'] as const)(
    'an abort tells a device at once to leave the image alone (%s)',
    (state) => {
      const [change] = moves(look([aTarget(state)], { state: 'aborting' }))
      expect(change).toMatchObject({ to: 'reverted', instruct: { kind: 'none' } })
    },
  )

  // The abort closes the rollout at once, and what becomes of devices that were rebooting is nowhere to be seen.
  test('an abort follows the devices that are rebooting to their end', () => {
    const decision = look([aTarget('rebooting', { device: down })], { state: 'aborting' })
    expect([moves(decision), decision.rollout, decision.because.code]).toEqual([[], undefined, 'rollout.aborting'])
  })

  // A device that agreed to stop is counted as one that failed, or as one that is done.
  test('a device that was taken back by an abort is neither a success nor a failure', () => {
    const [change] = moves(look([aTarget('staged')], { state: 'aborting' }))
    expect(change?.to).toBe('reverted')
    const waves = [aWave({ size: 2, counts: { reverted: 1, pending: 1 } })]
    expect(look([aTarget('pending', { deviceId: 'left' })], { waves }).waves).toEqual([])
  })
})

describe('what operators write', () => {
  // A filter is pasted into a statement.
  test('a selector that is more than labels is refused', () => {
    const hostile = [
      "site=a' OR '1'='1",
      'site=a; DROP TABLE device',
      "site in (a', 'b)",
      "site' = 'a=a",
      'site=a/**/',
      'site=%',
      'site=\u0000',
    ]
    for (const text of hostile) expect(() => parseSelector(text), text).toThrow(SelectorError)
  })

  // A filter without bounds keeps the server busy for minutes.
  test('a selector without bounds is refused before it is read', () => {
    const terms = Array.from({ length: 21 }, (_none, index) => `k${index}=v`).join(',')
    for (const text of [terms, `site in (${'a,'.repeat(2000)}a)`, '('.repeat(100_000)])
      expect(() => parseSelector(text)).toThrow(SelectorError)
  })
})
