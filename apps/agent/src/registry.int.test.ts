import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, pinned, repository, staged, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

it('a pull has the logins of the server, and an image that must be signed waits for a policy that checks it', async () => {
  await using scene = await Scene.start({ agent })
  const { plane, machine } = scene
  await scene.settled()
  const secret = Buffer.from('puller:very-secret').toString('base64')
  plane.registryAuth = { auths: { 'registry.test': { auth: secret } } }
  const wish = staged(update)
  await plane.desire({ ...wish, image: { ...wish.image, requireSignatures: true } })
  await scene.agent.waitFor(() => plane.state()?.errors.some(({ code }) => code === 'policy') === true)
  expect(plane.state()?.errors[0]?.detail).toMatch(/no policy\.json: add .*transports\.docker/)
  expect(machine.state().staged).toBeNull()
  expect(JSON.parse(await readFile(join(machine.root, 'run/ostree/auth.json'), 'utf8'))).toEqual(plane.registryAuth)
  expect(scene.agent.output()).not.toContain(secret)

  const policy = { default: [{ type: 'reject' }], transports: { docker: { [repository]: [{ type: 'signedBy' }] } } }
  await mkdir(join(machine.root, 'etc/containers'), { recursive: true })
  await writeFile(join(machine.root, 'etc/containers/policy.json'), JSON.stringify(policy))
  plane.registryAuth = null
  await plane.desire({})
  await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
  expect(machine.state().staged?.image).toMatchObject({ image: pinned(update), signature: 'containerPolicy' })
  expect(plane.state()?.staged).toMatchObject({ digest: digestOf(update), locked: true })
  await expect(readFile(join(machine.root, 'run/ostree/auth.json'))).rejects.toThrow('ENOENT')
})
