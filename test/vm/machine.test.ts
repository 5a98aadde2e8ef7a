import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab, note } from './lab.ts'
import { brokenCheck, installed } from './make-images.ts'
import { artifacts } from './paths.ts'

let lab: Lab
/** The rollout that the power is cut in. */
let interrupted: Awaited<ReturnType<Lab['roll']>>
beforeAll(async () => {
  lab = await Lab.open()
})
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
})

test('the agent enrolls under a real systemd, and tells what the machine runs', async () => {
  await lab.machine.bootId()
  await lab.enroll()
  await lab.until('the device is online and healthy', async () => {
    const { online, health } = await lab.device()
    return online && health === 'healthy'
  })
  const { booted, capabilities } = await lab.device()
  expect(booted?.digest).toBe(installed.digest)
  expect(capabilities).toContain('download_only')
  const security = await lab.machine.sh('systemd-analyze security --no-pager bootfleet-agent.service')
  const selftest = await lab.machine.sh('bootfleet-agent selftest --read-only')
  await writeFile(join(artifacts, 'security.txt'), `${security}\n\n${selftest}\n`)
  await note(security.split('\n').at(-1) ?? '')
  await lab.keep('enrolled')
})

test('a release is staged, booted with a grant and found healthy', async () => {
  const before = await lab.machine.bootId()
  const { rollout, digest } = await lab.roll('v2')
  await lab.untilState(rollout, 'completed')
  expect(await lab.machine.bootId()).not.toBe(before)
  expect(await lab.machine.sh('cat /usr/share/image-version')).toBe('2.0')
  expect(await lab.device()).toMatchObject({ booted: { digest }, rollback: { digest: installed.digest } })
  await lab.keep('updated')
})

test('a power cut takes a staged image with it, and it is staged again', async () => {
  await lab.freeze()
  interrupted = await lab.roll('v3')
  const { digest } = interrupted
  await lab.until('3.0 is staged and locked', async () => {
    const { staged } = await lab.device()
    return staged?.digest === digest && staged.locked
  })
  await lab.keep('staged')
  const before = await lab.machine.bootId()
  await lab.machine.cutPower()
  await lab.machine.powerOn()
  expect(await lab.machine.bootId()).not.toBe(before)
  await lab.until('3.0 is staged again', async () => {
    return (await lab.machine.sh('ostree admin status')).includes('(finalization locked)')
  })
  await lab.keep('staged-again')
})

test('a power cut before finalising is told as such, and the image is staged and booted after all', async () => {
  const { rollout, digest } = interrupted
  const goesDown = lab.machine.says(/Stopping .*bootfleet-agent/)
  await lab.unfreeze()
  await goesDown
  await lab.machine.cutPower()
  await lab.machine.powerOn()
  await lab.until('the machine tells of a stage that was never finalised', async () => {
    const boots = await lab.boots()
    return boots.some(({ outcome, targetDigest }) => outcome === 'never_finalized' && targetDigest === digest)
  })
  await lab.keep('cut-on-the-way-down')
  await lab.untilState(rollout, 'completed')
  expect((await lab.device()).booted?.digest).toBe(digest)
  await lab.keep('reached')
})

test('an image with a failing health check is left again, and quarantined', async () => {
  const { booted } = await lab.device()
  const { rollout, digest } = await lab.roll('v4', { healthSec: 60 })
  await lab.untilState(rollout, 'paused')
  await lab.until('the machine is back', async () => (await lab.device()).booted?.digest === booted?.digest)
  const target = await lab.target(rollout)
  expect(target).toMatchObject({ state: 'rolled_back', reason: 'health_failed', digest })
  expect(target?.because.message).toContain(`pump: ${brokenCheck}`)
  const { quarantined, rollback } = await lab.device()
  expect(quarantined.map((entry) => entry.digest)).toEqual([digest])
  expect(rollback?.digest).toBe(digest)
  await lab.keep('rolled-back')
})

test('an image that cannot be finalised is told with the words of ostree, and boots once it can', async () => {
  const { booted } = await lab.device()
  const makeBoot = (flag: string) => `unshare -m sh -c "mount -o remount,rw /sysroot && chattr ${flag} /sysroot/boot"`
  await lab.machine.sh(makeBoot('+i'))
  const { rollout, digest } = await lab.roll('v5')
  await lab.untilState(rollout, 'paused')
  const target = await lab.target(rollout)
  expect(target).toMatchObject({ state: 'failed', reason: 'finalize_failed' })
  expect(target?.because.message).toMatch(/Operation not permitted/)
  const { booted: still, quarantined } = await lab.device()
  expect(still?.digest).toBe(booted?.digest)
  expect(quarantined.map((entry) => entry.digest)).not.toContain(digest)
  await lab.keep('finalize-failed')
  await lab.machine.sh(makeBoot('-i'))
  await lab.retry(rollout)
  await lab.untilState(rollout, 'completed')
  expect((await lab.device()).booted?.digest).toBe(digest)
  const failed = (await lab.boots()).find(({ outcome }) => outcome === 'finalize_failed')
  expect(failed?.health).toBe('healthy')
  await lab.keep('finalised')
})

test('an agent that has nothing to do takes this much memory', async () => {
  const age =
    "awk -v since=$(systemctl show -P ActiveEnterTimestampMonotonic bootfleet-agent) '{ print $1 - since / 1e6 }'"
  await lab.until(
    'the agent runs for five minutes',
    async () => Number(await lab.machine.sh(`${age} /proc/uptime`)) > 300,
  )
  const status = '/proc/$(systemctl show -P MainPID bootfleet-agent)/status'
  await note(await lab.machine.sh(`grep -E "VmRSS|VmHWM|RssAnon" ${status}`))
  await lab.keep('idle')
})
