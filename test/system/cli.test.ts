import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EnrollmentDocument, type PolicyInput } from '@bootfleet/contracts'
import { requireServer } from '@bootfleet/testkit'
import { bootfleet, bootfleetOnTerminal, type CommandLineOptions } from './stack/command-line.ts'
import { Lab } from './stack/lab.ts'
import { admin, Stack } from './stack/stack.ts'

const policy: PolicyInput = {
  waves: [{ name: 'canary', size: { count: 1 }, soakSec: 1 }],
  rest: { soakSec: 1 },
  timeouts: { applySec: 240, healthSec: 120 },
}

describe.skipIf(requireServer(['docker-registry', 'script']).missing)('bootfleet on the command line', () => {
  let stack: Stack
  let lab: Lab
  let folder: string
  let policyFile: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bootfleet-cli-'))
    policyFile = join(folder, 'policy.json')
    await writeFile(policyFile, JSON.stringify(policy))
    stack = await Stack.start()
    lab = await Lab.open(stack.client)
  })
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]()
    await stack?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const env = () => ({ XDG_CONFIG_HOME: folder, HOME: folder })
  const run = (args: string, options: CommandLineOptions = {}) =>
    bootfleet(args.split(' '), { cwd: folder, ...options, env: { ...env(), ...options.env } })
  const onTerminal = (args: string, options: CommandLineOptions = {}) =>
    bootfleetOnTerminal(args.split(' '), { cwd: folder, ...options, env: { ...env(), ...options.env } })
  const json = async (args: string): Promise<unknown> => {
    const { code, stdout, stderr } = await run(`${args} --json`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout)
  }
  const latest = async () => (await stack.client.rollouts.list()).items[0]

  describe('signing in', () => {
    test('without a server it says how to name one', async () => {
      const { code, stderr } = await run('devices')
      expect(code).toBe(3)
      expect(stderr).toMatch(/^No server is known\. Run "bootfleet login URL".*\n$/)
    })

    test('a wrong password is refused with the reason and the id of the request', async () => {
      const { code, stdout, stderr } = await run(`login ${stack.apiUrl} --email ${admin.email} --password-stdin`, {
        input: 'wrong\n',
      })
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(/^The e-mail address or the password is wrong\.\nRequest: \S+\n$/)
    })

    test('it keeps the session in a file that only the user can read', async () => {
      const signedIn = await run(`login ${stack.apiUrl}/ --email ${admin.email} --password-stdin`, {
        input: `${admin.password}\n`,
      })
      expect(signedIn).toMatchObject({
        code: 0,
        stdout: `Signed in at ${stack.apiUrl} as Admin (admin).\n`,
        stderr: '',
      })
      const file = join(folder, 'bootfleet', 'config.json')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url: stack.apiUrl, token: expect.any(String) })
      expect(await json('whoami')).toMatchObject({ url: stack.apiUrl, kind: 'user', role: 'admin' })
    })

    test('on a terminal it asks, and shows nothing of the password', async () => {
      const { code, stdout } = await onTerminal(`login ${stack.apiUrl}`, {
        onOutput: (text, send) => {
          if (text.endsWith('E-mail: ')) send.keys(`${admin.email}\r`)
          if (text.endsWith('Password: ')) send.keys(`${admin.password}\r`)
        },
      })
      expect(code).toBe(0)
      expect(stdout).toContain('Signed in')
      expect(stdout).not.toContain(admin.password)
    })

    test('where npm start was run nothing is needed, and it says so', async () => {
      const { token } = await stack.client.apiTokens.create({ body: { name: 'npm start', role: 'admin' } })
      const cwd = join(folder, 'laptop')
      await mkdir(join(cwd, '.bootfleet'), { recursive: true })
      await writeFile(join(cwd, '.bootfleet', 'admin.json'), JSON.stringify({ url: stack.apiUrl, token, email: 'a@b' }))
      const { code, stdout, stderr } = await run('whoami', { cwd, env: { XDG_CONFIG_HOME: join(cwd, 'none') } })
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('npm start (token, admin)') })
      expect(stderr).toMatch(/^Using http:\S+ as the administrator of \S+admin\.json\.\n$/)
    })

    test('a token that is not one, and a server that is not there, have their own exit codes', async () => {
      expect((await run('devices', { env: { BOOTFLEET_TOKEN: 'nonsense' } })).code).toBe(3)
      const away = await run('devices --json', { env: { BOOTFLEET_URL: 'http://127.0.0.1:9', BOOTFLEET_TOKEN: 'x' } })
      expect({ code: away.code, stdout: away.stdout }).toEqual({ code: 6, stdout: '' })
      expect(JSON.parse(away.stderr)).toMatchObject({ error: { exitCode: 6, code: 'unreachable' } })
    })
  })

  describe('setting up', () => {
    test('a channel is created and the default group follows it', async () => {
      const created = await run(`channels create edge-stable --repository ${lab.repository}`)
      expect(created).toMatchObject({ code: 0, stdout: `Created channel edge-stable for ${lab.repository}.\n` })
      expect(await json('groups update default --channel edge-stable --max-unavailable 10')).toMatchObject({
        channel: { name: 'edge-stable' },
        budget: { maxUnavailable: { count: 10 } },
      })
      expect((await run('channels')).stdout).toMatch(/^NAME +CURRENT +POLICY +REPOSITORY\nedge-stable +- +- +127/)
    })

    test('a group has its windows and is frozen, a policy comes from a file, and a terminal shows both in 80 columns', async () => {
      const window = 'cron 0 2 * * 6 for 150m Europe/Berlin'
      const rules = ['--group-by', 'site', '--window', window, '--blackout', '2030-12-20..2031-01-03 Christmas sale']
      const made = await bootfleet(['groups', 'create', 'kiosks', ...rules], { cwd: folder, env: env() })
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('10%, 10% per site of its devices') })
      expect((await run('freeze --group kiosks --reason incident')).code).toBe(0)
      expect(await run('policies apply careful.json')).toMatchObject({ code: 2, stdout: '' })
      await writeFile(join(folder, 'careful.json'), JSON.stringify({ name: 'careful', spec: policy }))
      for (const said of ['Created policy careful: version 1.', 'Policy careful is so already, at version 1.'])
        expect((await run('policies apply careful.json')).stdout).toBe(`${said}\n`)
      const shown = (await onTerminal('groups show kiosks')).stdout + (await onTerminal('policies show careful')).stdout
      const lines = stripVTControlCharacters(shown).split('\r\n')
      for (const text of [window, 'Christmas sale', 'Frozen', 'Wave 1 canary'])
        expect(lines.filter((line) => line.includes(text))).toHaveLength(1)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      for (const command of [
        'unfreeze --group kiosks',
        'groups update kiosks --no-window --no-group-by',
        'groups delete kiosks',
      ])
        expect((await run(command)).code, command).toBe(0)
    })

    test('a machine enrolls with the document that it prints, and it says what to run there', async () => {
      const { code, stdout, stderr } = await run('enroll-document --label site=berlin --expires 1h')
      expect(code).toBe(0)
      expect(stderr).toContain('/var/lib/bootfleet/enroll.json < enroll.json')
      await lab.enrollWith(EnrollmentDocument.parse(JSON.parse(stdout)), 1)
      await lab.enroll(1)
      expect(await json('devices --selector site=berlin')).toMatchObject({
        items: [{ hardwareId: 'machine-0', online: true }],
        nextCursor: null,
      })
    })

    test('the document in a file is private, and no file is overwritten', async () => {
      const file = join(folder, 'enroll.json')
      expect((await run(`enroll-document --out ${file}`)).code).toBe(0)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(await run(`enroll-document --out ${file}`)).toMatchObject({ code: 2, stdout: '' })
    })

    test('devices are found by what people call them', async () => {
      expect(await json('devices show machine-1')).toMatchObject({ hardwareId: 'machine-1' })
      expect((await run('devices explain machine-1')).code).toBe(0)
      expect((await run('devices show machine-7')).code).toBe(4)
      const { stdout } = await onTerminal('devices')
      const lines = stripVTControlCharacters(stdout).split('\r\n')
      expect(lines.filter((line) => /online/.test(line))).toHaveLength(2)
      expect(lines.every((line) => line.length <= 80)).toBe(true)
    })

    test('an image is published by its tag, and one that is not there is refused with the reason', async () => {
      await lab.push('1.0')
      await lab.push('2.0', 'fail-boot')
      await lab.push('3.0')
      for (const version of ['1.0', '2.0', '3.0'])
        expect(await json(`releases create :${version} --channel edge-stable`)).toMatchObject({ version })
      const missing = await run('releases create :9.9 --channel edge-stable')
      expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('Push the image first') })
      expect((await run('releases list --channel edge-stable')).stdout).toMatch(/3\.0[^]*2\.0[^]*1\.0/)
    })

    test('a preview shows the waves', async () => {
      const { code, stdout } = await run(`rollouts preview --channel edge-stable --release 1.0 --policy @${policyFile}`)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^edge-stable → 1\.0: 2 devices in 2 waves/)
      expect(stdout).toMatch(/1 canary +1 +1 s .*1 failure +1 success /)
    })
  })

  describe('a rollout', () => {
    const create = (release: string) =>
      `rollouts create --channel edge-stable --release ${release} --policy @${policyFile} --start now --wait`

    test('that completes exits with 0; without a terminal each change is a line', async () => {
      const { code, stdout } = await run(create('1.0'))
      expect({ code, stdout }).toMatchObject({ code: 0 })
      expect(stdout).not.toContain('\u001b')
      expect(stdout).toMatch(/Z wave 1 \(canary\) passed: 1 of 1 succeeded\n/)
      expect(stdout).toMatch(/Z completed: 2 of 2 succeeded\. [^\n]+\n\nRollout completed: 2 of 2 succeeded\.\n$/)
      expect(lab.booted().map(({ reboots }) => reboots)).toEqual([1, 1])
    })

    test('that a gate stops exits with 1 and the reason; a terminal shows a live view', async () => {
      const { code, stdout } = await onTerminal(create('2.0'))
      expect({ code, stdout }).toMatchObject({ code: 1 })
      expect(stdout).toContain('\u001b[?25l')
      expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'))
      const text = stripVTControlCharacters(stdout)
      expect(text).toMatch(/1 +canary +open/)
      expect(text).toMatch(/Paused by a gate: 0 of 2 succeeded, 1 failed\.\r\nWave 1 tripped its gate/)
      expect(text).toMatch(/\S+ rolled back: The device booted the image/)
      expect(text).toMatch(/bootfleet rollouts resume \S+ --choice retry-failed/)
    })

    test('that was stopped is shown, explained and aborted, and not resumed after that', async () => {
      const id = (await latest())?.id ?? ''
      expect((await run('rollouts show')).stdout).toMatch(/1 +canary +tripped +0 of 1 succeeded, 1 rolled back/)
      expect((await run(`rollouts explain ${id}`)).stdout).toMatch(/^- Wave 1 tripped its gate/)
      expect(await run(`rollouts resume ${id}`)).toMatchObject({ code: 2, stderr: expect.stringContaining('continue') })
      expect((await run(`rollouts abort ${id}`)).code).toBe(0)
      expect((await run(`rollouts watch ${id}`)).code).toBe(1)
      expect((await run(`rollouts resume ${id} --choice continue`)).code).toBe(5)
      expect((await run('rollouts pause 00000000-0000-4000-8000-000000000000')).code).toBe(4)
    })

    test('that is a draft can be left alone: by Ctrl-C on a terminal, by a signal and by a timeout', async () => {
      const atOnce = join(folder, 'at-once.json')
      await writeFile(atOnce, JSON.stringify({ ...policy, waves: [] }))
      const recipe = `--channel edge-stable --release 3.0 --policy @${atOnce}`
      const { id } = (await json(`rollouts create ${recipe}`)) as { id: string }
      let [pressed, stopped] = [false, false]
      const keys = await onTerminal('rollouts watch', {
        onOutput: (text, send) => {
          if (!pressed && text.includes(id)) send.keys('\u0003')
          pressed ||= text.includes(id)
        },
      })
      expect(keys).toMatchObject({ code: 130, stdout: expect.stringContaining(`bootfleet rollouts watch ${id}`) })
      const signal = await run(`rollouts watch ${id}`, {
        onOutput: (text, send) => {
          if (!stopped && text.includes('draft')) send.signal('SIGTERM')
          stopped ||= text.includes('draft')
        },
      })
      expect(signal).toMatchObject({ code: 143, stderr: expect.stringContaining('The rollout goes on.') })
      expect((await run(`rollouts watch ${id} --timeout 1s`)).code).toBe(7)
      expect((await latest())?.state).toBe('draft')
    })

    test('is a stream of JSON for programs', async () => {
      const id = (await latest())?.id ?? ''
      expect(await json(`rollouts schedule ${id} --at 2d`)).toMatchObject({ state: 'scheduled' })
      expect(await json(`rollouts schedule ${id} --at draft`)).toMatchObject({ state: 'draft', startAt: null })
      expect(await json(`rollouts start ${id}`)).toMatchObject({ state: 'running' })
      const { code, stdout, stderr } = await run(`rollouts watch ${id} --json`)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const records = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; event?: { id: string; kind: string } })
      expect(records.at(-1)).toMatchObject({ type: 'end', outcome: 'completed', exitCode: 0 })
      expect(records.at(-2)).toMatchObject({ type: 'rollout', rollout: { state: 'completed' } })
      const events = records.flatMap(({ event }) => (event ? [event] : []))
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
      expect(events.map(({ kind }) => kind)).toContain('wave.passed')
      expect(await json('channels list')).toMatchObject({ items: [{ current: { version: '3.0' } }] })
    })
  })

  test('signing out forgets the session', async () => {
    expect((await run('logout')).code).toBe(0)
    expect((await run('whoami')).code).toBe(3)
  })
})
