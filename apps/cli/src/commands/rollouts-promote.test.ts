import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { json, text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import type { Rollout } from '@bootfleet/contracts'
import { readSettings } from '../config/config.ts'
import { runCli } from '../run-cli.ts'
import { aRollout, aWave, rolloutId } from '../testing/a-rollout.ts'

let rollout: Rollout
const asked: unknown[] = []
const server = createServer((request, response) => {
  void answer().then((body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)))
  async function answer(): Promise<Rollout> {
    if (request.method === 'GET') return rollout
    asked.push(await json(request))
    return { ...rollout, waves: rollout.waves.map((wave) => (wave.approval === 'manual' ? wave : aWave(opened(wave)))) }
  }
})
const opened = (wave: Rollout['waves'][number]) => ({ ...wave, state: 'open' as const })

afterEach(async () => {
  asked.length = 0
  server.close()
  await once(server, 'close')
})

async function promote(waves: Rollout['waves'], ...args: string[]): Promise<string> {
  rollout = aRollout({ waves })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  stderr.resume()
  const streams = { stdin: process.stdin, stdout, stderr } as unknown as Parameters<typeof runCli>[1]['streams']
  const input = { settings: readSettings({}), streams, interrupted: () => new AbortController().signal }
  const to = ['--url', `http://127.0.0.1:${port}`, '--token', 'bft_test']
  expect(await runCli([...to, 'rollouts', 'promote', rolloutId, ...args], input)).toBe(0)
  stdout.end()
  return text(stdout)
}

const next = { index: 1, name: 'rest', state: 'pending' } as const

it('promote asks for the wave that is next as it reads it, and names it', async () => {
  expect(await promote([aWave(), aWave(next)])).toBe('Wave 2 "rest" of edge-stable → 1.2.0 is open.\n')
  expect(asked).toEqual([{ wave: 1 }])
})

it('promote asks for the wave that it is told, as it is numbered for people', async () => {
  await promote([aWave(), aWave(next), aWave({ ...next, index: 2 })], '--wave', '3')
  expect(asked).toEqual([{ wave: 2 }])
})

it('promote says of a manual wave who has to go on', async () => {
  const at = '2026-03-01T02:00:05.000Z'
  const answered = await promote([aWave(), aWave({ ...next, approval: 'manual', approvalAskedAt: at })])
  expect(answered).toContain('waits for approval:\n  bootfleet rollouts approve')
})

it('promote names no wave where all are open: devices converge at most', async () => {
  await promote([aWave({ state: 'passed' })])
  expect(asked).toEqual([{}])
})
