import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentProcess, FakeMachine, waitFor } from '@bootfleet/testkit'
import { bootfleet } from './stack/command-line.ts'
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

test.runIf(existsSync('/usr/bin/systemd-analyze'))('systemd finds nothing to say about the unit', async () => {
  const unit = join(machine.root, unitPath)
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', unit])
  expect(stdout + stderr).toBe('')
})
