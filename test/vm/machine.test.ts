import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab } from './lab.ts'
import { installed } from './make-images.ts'
import { artifacts } from './paths.ts'

let lab: Lab
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
  const memory = await lab.machine.sh('grep -E "VmRSS|VmHWM" /proc/$(systemctl show -P MainPID bootfleet-agent)/status')
  const security = await lab.machine.sh('systemd-analyze security --no-pager bootfleet-agent.service')
  const selftest = await lab.machine.sh('node /usr/lib/bootfleet/bootfleet-agent.mjs selftest --read-only')
  console.info([security.split('\n').at(-1), memory, selftest].join('\n'))
  await writeFile(join(artifacts, 'security.txt'), `${security}\n\n${memory}\n\n${selftest}\n`)
  await lab.keep('enrolled')
})

test('a release is staged, and with a grant the machine goes down to boot it', async () => {
  const { digest } = await lab.roll('v2')
  await lab.until('2.0 is staged, and the machine reboots', async () => {
    const { staged, phase } = await lab.device()
    return staged?.digest === digest && phase === 'rebooting'
  })
})
