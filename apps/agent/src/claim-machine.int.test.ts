import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { claimMachine } from './claim-machine.ts'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, startAgent } from './testing/scene.ts'

let agent = ''
let directory = ''
beforeAll(async () => {
  agent = await buildAgent()
  directory = await mkdtemp(join(tmpdir(), 'bf-claim-'))
})
afterAll(() => rm(directory, { recursive: true }))

it('a second agent on a machine ends and names the first, which is started again at will', async () => {
  await using scene = await Scene.start({ agent })
  await scene.settled()
  const second = startAgent(scene.machine, { agent })
  await second.waitFor(() => second.output().includes('(agent ended: 1)'))
  expect(second.output()).toMatch(/another agent runs on this machine: process \d+/)
  await second.stop()
  await scene.agent.kill9()
  await scene.agent.restart()
  await scene.agent.waitFor(() => scene.plane.all('up/hello').length === 2)
})

it.each(['', 'nonsense', '1 5', `${process.ppid} 1`, '-1 x', '4194304 undefined', '4194304'])(
  'what a process that is gone left behind ("%s") is in nobody\'s way',
  async (left) => {
    await writeFile(join(directory, 'agent.pid'), left)
    await claimMachine(directory)
    expect(await readFile(join(directory, 'agent.pid'), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+\n$`))
  },
)
