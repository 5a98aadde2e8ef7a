import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

const fileOf = ({ machine }: Scene, name: string): string => join(machine.root, 'var/lib/bootfleet', name)

/** As nobody wants to find it. Gives what there was. */
function putDirectory(scene: Scene, name: string): string {
  const file = fileOf(scene, name)
  const content = readFileSync(file, 'utf8')
  rmSync(file)
  mkdirSync(join(file, 'inside'), { recursive: true })
  return content
}

function putBack(scene: Scene, name: string, content: string): void {
  rmSync(fileOf(scene, name), { recursive: true })
  writeFileSync(fileOf(scene, name), content, { mode: 0o600 })
}

it('what cannot be read is named, and the agent does what it can without it', async () => {
  await using scene = await Scene.start({ agent })
  const { plane } = scene
  const hellos = () => plane.all('up/hello').length
  const told = (text: string) => () => scene.agent.output().includes(text)
  await scene.settled()
  await plane.desire(staged(update))
  await scene.agent.waitFor(() => plane.state()?.phase === 'staged')

  await scene.agent.kill9()
  const key = putDirectory(scene, 'key.pem')
  await scene.agent.restart()
  await scene.agent.waitFor(() => !scene.agent.running && told('"event":"agent_failed"')())
  expect(scene.agent.output()).toMatch(/"event":"agent_failed","detail":"\S+\/key.pem cannot be read: EISDIR/)

  putBack(scene, 'key.pem', key)
  const desired = putDirectory(scene, 'desired.json')
  truncateSync(fileOf(scene, 'boots.jsonl'), 200 * 1024 ** 2)
  const before = hellos()
  await scene.agent.restart()
  await scene.agent.waitFor(() => hellos() > before && plane.last('up/hello')?.full === true)
  await scene.agent.waitFor(() => plane.state()?.health.status === 'healthy')
  expect(scene.agent.output()).toMatch(/"event":"state_unreadable","detail":"\S+\/desired.json cannot be read: EISDIR/)
  expect(scene.agent.output()).toMatch(/\/boots.jsonl cannot be read: it is larger than 4 MiB/)

  await scene.agent.kill9()
  const ofAnother = Buffer.from('{"v":99}').toString('base64url')
  putBack(scene, 'desired.json', desired.replace(/"payload":"[^"]*"/, `"payload":"${ofAnother}"`))
  await scene.agent.restart()
  await scene.agent.waitFor(told('"event":"desired_lost"'))
  await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen && plane.state()?.phase === 'staged')

  await scene.agent.kill9()
  putDirectory(scene, 'epoch')
  await scene.agent.restart()
  const epochNamed = /"event":"agent_failed","detail":"\S+\/epoch cannot be written: EISDIR/
  await scene.agent.waitFor(() => epochNamed.test(scene.agent.output()))
})
