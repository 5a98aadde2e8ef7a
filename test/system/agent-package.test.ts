import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentProcess, FakeMachine, waitFor } from '@bootfleet/testkit'
import { bootfleet } from './stack/command-line.ts'
import { place } from './stack/place-document.ts'
import { execStart, runAsPrinted } from './stack/remote-machine.ts'
import { Stack } from './stack/stack.ts'

const unitPath = 'usr/lib/systemd/system/bootfleet-agent.service'

let stack: Stack
let machine: FakeMachine
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootfleet-package-'))
  stack = await Stack.start()
  machine = await FakeMachine.create({ hardwareId: 'packaged' })
})
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]()
  await stack?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** What it says to type here, without the words around it and without what belongs into a Containerfile. */
function commandsIn(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^(scp|ssh) | {2}\/var\//.test(line))
    .join('\n')
}

test('a machine that is set up as enroll-document says comes online', async () => {
  const { token } = await stack.client.apiTokens.create({ body: { name: 'enroll', role: 'admin' } })
  const env = { BOOTFLEET_URL: stack.apiUrl, BOOTFLEET_TOKEN: token, XDG_CONFIG_HOME: folder, HOME: folder }
  const { code, stderr } = await bootfleet(['enroll-document', '--out', 'enroll.json'], { cwd: folder, env })
  expect(code).toBe(0)
  expect(stderr).toMatch(/Warning: 127\.0\.0\.1 means "this machine".*[^]*HOST=0\.0\.0\.0 PUBLIC_HOST=/)

  await runAsPrinted(commandsIn(stderr), { root: machine.root, cwd: folder })
  const document = join(machine.root, 'var/lib/bootfleet/enroll.json')
  expect(await readFile(document, 'utf8')).toBe(await readFile(join(folder, 'enroll.json'), 'utf8'))
  expect((await stat(document)).mode & 0o777).toBe(0o600)
  const asked = await readFile(join(machine.root, 'systemctl.log'), 'utf8')
  expect(asked).toBe('systemctl enable --now bootfleet-agent\n')

  const byName = await promisify(execFile)(join(machine.root, 'usr/bin/bootfleet-agent'), ['--version'])
  expect(byName.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)

  const command = await execStart(join(machine.root, unitPath), machine.root)
  expect(command[0]).toBe('/usr/bin/env')
  const agent = AgentProcess.start(machine, { command, env: { BOOTFLEET_TRANSIENT_UNIT: 'never' } })
  try {
    await waitFor('the machine to be online', async () => {
      const { items } = await stack.client.devices.list()
      return items.some(({ hardwareId, online, phase }) => hardwareId === 'packaged' && online && phase !== null)
    })
  } catch (error) {
    throw new Error(agent.output(), { cause: error })
  } finally {
    await agent.stop()
  }
})

/** Formats in the order in which they are carried out, and where the document of the last one lies then. */
const provisioned = [
  { formats: ['containerfile', 'cloud-init'], file: 'var/lib/bootfleet/enroll.json' },
  { formats: ['ignition'], file: 'var/lib/bootfleet/enroll.json' },
  { formats: ['kickstart-bootc'], file: 'var/lib/bootfleet/enroll.json' },
  { formats: ['to-existing-root'], file: 'ostree/deploy/default/var/lib/bootfleet/enroll.json' },
  { formats: ['containerfile'], file: 'usr/lib/bootfleet/enroll.json' },
] as const

test.each(provisioned)('a machine that is installed by $formats enrolls in the group of the last', async (one) => {
  const { client, apiUrl } = stack
  const { token } = await client.apiTokens.create({ body: { name: one.formats.join(' and '), role: 'admin' } })
  const env = { BOOTFLEET_URL: apiUrl, BOOTFLEET_TOKEN: token, XDG_CONFIG_HOME: folder, HOME: folder }
  await using installed = await FakeMachine.create({ hardwareId: `by ${one.formats.join(' and ')}` })
  const { root } = installed
  let group = ''
  for (const format of one.formats) {
    group = `${format}-after-${provisioned.indexOf(one)}`
    await client.groups.create({ body: { name: group } })
    const args = ['provision', '--group', group, '--format', format, '--image', 'registry.test/os/edge:1']
    const { code, stdout, stderr } = await bootfleet(args, { cwd: folder, env })
    expect(code, stderr).toBe(0)
    await place[format](stdout, root)
  }
  expect((await stat(join(root, one.file))).mode & 0o777).toBe(0o600)

  const command = await execStart(join(machine.root, unitPath), machine.root)
  // What was installed has a /var of its own.
  const stateDir = join(root, one.file.startsWith('ostree') ? 'ostree/deploy/default/var' : 'var', 'lib/bootfleet')
  await using agent = AgentProcess.start(installed, {
    command,
    env: { BOOTFLEET_TRANSIENT_UNIT: 'never', BOOTFLEET_STATE_DIR: stateDir },
  })
  const { hardwareId } = installed.state()
  try {
    await waitFor('the machine to be online in its group', async () => {
      for (const { id } of (await client.enrollments.list({ query: { state: 'pending' } })).items)
        await client.enrollments.approve({ params: { id } })
      const { items } = await client.devices.list({ query: { group } })
      return items.some((device) => device.hardwareId === hardwareId && device.online)
    })
  } catch (error) {
    throw new Error(agent.output(), { cause: error })
  }
})

test.runIf(existsSync('/usr/bin/systemd-analyze'))('systemd finds nothing to say about the unit', async () => {
  const unit = join(machine.root, unitPath)
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', unit])
  expect(stdout + stderr).toBe('')
})
