import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FakeMachine } from '@bootfleet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SelftestReport } from './selftest/finding.ts'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, installed, putEnrollment, sceneMachine, staged, update } from './testing/scene.ts'
import { agentVersion } from './version.ts'

const document = { url: 'https://fleet.test', token: 'token-that-nobody-must-see-here', caSha256: 'a'.repeat(64) }

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function bootfleetAgent(machine: FakeMachine, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    // Killed at last where it runs as the agent instead of answering.
    const options = { env: machine.env(), timeout: 100_000 }
    execFile(process.execPath, [agent, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

const selftest = (machine: FakeMachine, ...args: string[]): Promise<Ended> =>
  bootfleetAgent(machine, 'selftest', ...args)

/** Every file of the machine with its content, without the fake's own list of calls. */
async function files(machine: FakeMachine): Promise<Map<string, string>> {
  const entries = await readdir(machine.root, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => [join(entry.parentPath, entry.name), entry.isFile()] as const)
  const contents = paths.map(async ([path, isFile]) => [path, isFile ? await readFile(path, 'utf8') : 'other'] as const)
  return new Map((await Promise.all(contents)).filter(([path]) => !path.endsWith('/bootc-calls')))
}

const callsOf = async (machine: FakeMachine): Promise<string[]> =>
  (await readFile(join(machine.root, 'var/log/bootc-calls'), 'utf8')).split('\n').filter((line) => line !== '')

async function reportOf(machine: FakeMachine): Promise<SelftestReport & { code: number }> {
  const { code, stdout } = await selftest(machine, '--read-only', '--json')
  return { ...(JSON.parse(stdout) as SelftestReport), code }
}

async function putProgram(machine: FakeMachine, path: string): Promise<void> {
  const file = join(machine.root, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, `#!/bin/sh\ntouch ${machine.root}/was-run\n`)
  await chmod(file, 0o755)
}

describe('bootfleet-agent with words', () => {
  it('answers, and leaves the machine as it is', async () => {
    await using machine = await sceneMachine({ agent })
    await putEnrollment(machine, document)
    const before = await files(machine)
    const help = await bootfleetAgent(machine, '--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('selftest --read-only')
    expect(await bootfleetAgent(machine, '--version')).toEqual({ code: 0, stdout: `${agentVersion}\n`, stderr: '' })
    const unknown = { code: 2, stdout: '', stderr: `Unknown argument: --once\n${help.stdout}` }
    expect(await bootfleetAgent(machine, '--once')).toEqual(unknown)
    expect(await files(machine)).toEqual(before)
  })
})

describe('bootfleet-agent selftest --read-only', () => {
  it('tells what it found within 80 columns, and reads only', async () => {
    await using machine = await sceneMachine({ agent })
    await machine.status()
    await putEnrollment(machine, document)
    await putProgram(machine, 'etc/bootfleet/checks/required.d/10-workload')
    await putProgram(machine, 'etc/bootfleet/hooks/pre-reboot.d/10-drain')
    await mkdir(join(machine.root, 'etc/ostree'), { recursive: true })
    await writeFile(join(machine.root, 'etc/ostree/auth.json'), '{"auths":{"quay.io":{"auth":"c2VjcmV0"}}}')
    const before = await files(machine)
    const { code, stdout, stderr } = await selftest(machine, '--read-only')
    expect([code, stderr]).toEqual([0, ''])
    expect(await files(machine)).toEqual(before)
    for (const call of await callsOf(machine)) expect(call).toMatch(/^status /)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const text = stdout.replaceAll(/\n {5}/g, '')
    for (const told of ['bootc 1.16.9', 'download_only', digestOf(installed), '10-workload', '10-drain', 'quay.io']) {
      expect(text).toContain(told)
    }
    expect(text).toContain('would enroll with https://fleet.test')
    expect(stdout).not.toMatch(/nobody-must-see|c2VjcmV0/)
  })

  it('ends with 1 and every blocker on a machine that cannot be updated', async () => {
    await using machine = await sceneMachine({ agent })
    machine.layerPackages('htop', 'vim')
    const report = await reportOf(machine)
    expect(report).toMatchObject({ code: 1, verdict: 'blocked' })
    expect(report.findings).toContainEqual(
      expect.objectContaining({ area: 'blockers', level: 'blocked', code: 'layered_packages' }),
    )
  })

  it('ends with 1 and the words of a bootc that does not answer as it should', async () => {
    await using machine = await sceneMachine({ agent })
    await putEnrollment(machine, document)
    machine.inject({ kind: 'invalid-json' })
    const report = await reportOf(machine)
    expect(report).toMatchObject({ code: 1, verdict: 'blocked' })
    expect(report.findings).toContainEqual(expect.objectContaining({ area: 'host', code: 'status_bootc_failed' }))
  })

  it('ends with 3 where there is no enrollment document, and says of one that it is invalid', async () => {
    await using machine = await sceneMachine({ agent })
    expect(await reportOf(machine)).toMatchObject({ code: 3, verdict: 'not_enrolled' })
    await putEnrollment(machine, { url: 'https://fleet.test' })
    const codes = (await reportOf(machine)).findings.map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['enroll_document_invalid', 'document_missing']))
  })

  it('ends with 2 for anything else that is asked of it', async () => {
    await using machine = await sceneMachine({ agent })
    await machine.status()
    for (const args of [[], ['--json'], ['--read-only', '--repair']]) {
      const { code, stdout, stderr } = await selftest(machine, ...args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^usage:/)
    }
    expect(await callsOf(machine)).toHaveLength(1)
  })

  it('says what an enrolled agent would do next, beside the agent that runs', async () => {
    await using scene = await Scene.start({ agent })
    await scene.settled()
    await scene.plane.desire(staged(update))
    await scene.agent.waitFor(() => scene.plane.state()?.phase === 'staged')
    const report = await reportOf(scene.machine)
    expect(report).toMatchObject({ code: 0, verdict: 'ready' })
    expect(report.findings.at(-1)).toMatchObject({ area: 'next', detail: 'would wait: staged, waiting for a grant' })
  })

  it('names what of the memory of the agent is damaged, and whether it gets over that', async () => {
    await using scene = await Scene.start({ agent })
    const { machine } = scene
    await scene.settled()
    await scene.agent.kill9()
    const kept = (name: string): string => join(machine.root, 'var/lib/bootfleet', name)
    const found = async (): Promise<string[]> => {
      const before = await files(machine)
      const { code, findings } = await reportOf(machine)
      expect(await files(machine)).toEqual(before)
      const told = findings.filter(({ level }) => level === 'warning' || level === 'blocked')
      return [String(code), ...told.map((finding) => `${finding.level} ${finding.code}: ${finding.detail}`)]
    }
    const damaged = async (names: readonly string[], damage: (file: string) => Promise<unknown>): Promise<string[]> => {
      const contents = await Promise.all(names.map((name) => readFile(kept(name))))
      await Promise.all(names.map((name) => damage(kept(name))))
      const told = await found()
      await Promise.all(names.map((name) => rm(kept(name), { recursive: true })))
      await Promise.all(names.map((name, at) => writeFile(kept(name), contents[at] ?? '')))
      return told
    }
    const empty = (file: string): Promise<void> => writeFile(file, '')
    const directory = (file: string): Promise<void> => rm(file).then(() => mkdir(file))

    expect(await found()).toEqual(['0'])
    expect(await damaged(['epoch', 'journal.json'], empty)).toEqual([
      '0',
      expect.stringMatching(/^warning epoch_lost: epoch /),
      expect.stringMatching(/^warning journal_damaged: .*journal.json.*its copy was used/),
    ])
    expect(await damaged(['key.pem'], empty)).toEqual([
      '1',
      expect.stringMatching(/^blocked identity_unusable: key.pem is damaged/),
    ])
    expect(await damaged(['identity.json'], empty)).toEqual([
      '1',
      expect.stringMatching(/^blocked identity_unusable: identity.json is damaged/),
    ])
    const names = ['journal.json', 'boots.jsonl', 'epoch', 'key.pem', 'identity.json']
    const lines = names.map((name) => expect.stringContaining(`blocked not_a_file: ${kept(name)} is a directory`))
    expect(await damaged(names, directory)).toEqual(expect.arrayContaining(['1', ...lines]))
    await empty(kept('journal.json'))
    await empty(kept('journal-copy.json'))
    const { code, stdout } = await selftest(machine, '--read-only')
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\n {5}/g, ' ')).toContain('!  the journal was damaged')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
