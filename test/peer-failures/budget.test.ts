import { describe, expect, test } from 'vitest'
import { Budget } from '@bootfleet/contracts'
import { decide, maxChanges, slotsOf } from '@bootfleet/domain'
import { aDevice, aGroup, aReport, aTarget, aView, image, moves, now, offline, given, look, many } from './look.ts'

const stagedReport = aReport({ stagedDigest: image, stagedLocked: true })
const groups = (over: Parameters<typeof aGroup>[0]) => ({ groups: { 'group-1': aGroup(over) } })

describe('the budget of a group', () => {
  // Devices that are offline are handed the update without being counted; when their site is back, all go down at once.
  test('devices that come back together go down within the budget', () => {
    const gone = many(30, (over) =>
      aTarget('staged', { ...over, device: aDevice({ ...offline, report: stagedReport }) }),
    )
    expect(given(look(gone, groups({ slots: 3 })))).toEqual([])
    const back = many(30, (over) => aTarget('staged', over))
    expect(given(look(back, groups({ slots: 3 })))).toEqual(['device-1', 'device-2', 'device-3'])
  })

  // Devices that timed out leave the count, so that an image that bricks takes the next ones, and the next.
  test('a device that never came back keeps its slot', () => {
    const brick = aTarget('rebooting', {
      deviceId: 'brick',
      grant: { ...aTarget('granted').grant!, at: now - 300_000 },
      device: aDevice({ ...offline, report: null }),
    })
    const decision = look([brick], groups({ slots: 1, slotsTaken: 1 }))
    expect(moves(decision)).toMatchObject([{ to: 'timed_out' }])
    expect(moves(decision)[0]).not.toHaveProperty('slot')
  })

  // The lock is held by a machine that died, and nothing says by which.
  test('a budget that is used up names the devices that hold it', () => {
    const decision = look([aTarget('staged')], groups({ slots: 1, slotsTaken: 1, holders: ['attic-3'] }))
    expect(decision.because).toMatchObject({ code: 'budget.full', holders: 'attic-3' })
  })

  // The number of slots is fixed at the first use; who changes it later changes nothing.
  test('a budget that is changed counts from the next look on', () => {
    const staged = many(3, (over) => aTarget('staged', over))
    expect(given(look(staged, groups({ slots: 1, slotsTaken: 1 })))).toEqual([])
    expect(given(look(staged, groups({ slots: 3, slotsTaken: 1 })))).toHaveLength(2)
    expect(given(look(staged, groups({ slots: 1, slotsTaken: 2 })))).toEqual([])
  })

  // More must stay available than there are: nobody is ever updated, and nothing says so.
  test('a budget of nobody is refused, and a small share of a small group is one device', () => {
    for (const none of [{ count: 0 }, { percent: 0 }, { count: -1 }, { percent: 0.5 }, { percent: 101 }])
      expect(Budget.safeParse({ maxUnavailable: none }).success).toBe(false)
    for (let size = 1; size <= 100; size++) expect(slotsOf({ percent: 1 }, size)).toBe(1)
  })

  // The label that a budget counts by is written into a statement as it is.
  test('a budget counts by nothing that is no label', () => {
    for (const groupBy of ["site' OR '1'='1", 'site"; DROP TABLE device; --', 'site->>x', "labels ->> 'site'"])
      expect(Budget.safeParse({ maxUnavailable: { count: 1 }, groupBy }).success).toBe(false)
    expect(Budget.safeParse({ maxUnavailable: { count: 1 }, groupBy: 'site' }).success).toBe(true)
  })

  // Downloads have no limit of their own, and the fleet takes the site's line down.
  test('no more devices download at once than the group allows', () => {
    const pending = many(20, (over) => aTarget('pending', over))
    expect(given(look(pending, groups({ maxDownloading: 5, downloading: 2 })))).toHaveLength(3)
  })
})

describe('the work of a look', () => {
  // Everything about a fleet is one transaction: it times out, is rolled back, and starts anew for ever.
  test('a look changes a bounded number of devices, and asks for the next look', () => {
    const decision = look(
      many(4 * maxChanges, (over) => aTarget('pending', over)),
      groups({ maxDownloading: 1_000_000 }),
    )
    expect([decision.targets.length, decision.wakeAt]).toEqual([maxChanges, now])
  })

  // Each device is told again every half minute what it was told before.
  test('a look at what has not changed tells nobody anything', () => {
    const granted = aDevice({ report: aReport({ ...stagedReport, grantId: 'grant-1' }) })
    const targets = [
      aTarget('offered', { deviceId: 'offered' }),
      aTarget('downloading', { deviceId: 'downloading' }),
      aTarget('granted', { deviceId: 'granted', device: granted }),
      aTarget('soaking', {
        deviceId: 'soaking',
        device: aDevice({ report: aReport({ bootedDigest: image, bootKey: 'boot-2' }) }),
      }),
    ]
    const { targets: changes, wakeAt } = decide(aView(targets), now)
    expect(changes.filter(({ instruct, event }) => instruct ?? event)).toEqual([])
    expect(wakeAt).toBeGreaterThan(now)
  })
})
