import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { certificateSha256, createAuthority, createDeviceKey } from '@bootfleet/pki'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { ControlPlane } from './testing/control-plane.ts'
import { token } from './testing/device-plane.ts'
import { Scene, putEnrollment, sceneMachine, startAgent } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

async function sceneWith(change: (plane: ControlPlane) => unknown): Promise<Scene> {
  const plane = await ControlPlane.start()
  const machine = await sceneMachine({ agent })
  await putEnrollment(machine, await change(plane))
  return new Scene(plane, machine, startAgent(machine, { agent }))
}

describe('enrollment', () => {
  it('sends no token to a server that does not show the pinned CA', async () => {
    const other = await createAuthority({ commonName: 'somebody else', now: new Date() })
    await using scene = await sceneWith((plane) => ({
      ...plane.enrollmentDocument(),
      caSha256: certificateSha256(other.certificatePem),
    }))
    await scene.agent.waitFor(() => scene.agent.output().includes('enroll_wrong_server'))
    expect(scene.plane.enrollments).toEqual([])
    await putEnrollment(scene.machine, scene.plane.enrollmentDocument())
    await scene.settled()
    expect(scene.agent.startCount).toBe(1)
  })

  it('sends no token to a server whose certificate is for another name', async () => {
    await using scene = await sceneWith((plane) => ({
      ...plane.enrollmentDocument(),
      url: `https://127.0.0.2:${plane.httpsPort}`,
    }))
    await scene.agent.waitFor(() => scene.agent.output().includes('enroll_failed'))
    expect(scene.plane.enrollments).toEqual([])
  })

  it('waits for an approval with the same request, and keeps the key to itself', async () => {
    await using scene = await sceneWith((plane) => {
      plane.pendingApprovals = 2
      return plane.enrollmentDocument()
    })
    await scene.settled()
    const requests = scene.plane.enrollments as { csr: string; token: string; architecture: string }[]
    expect(requests).toHaveLength(3)
    expect(new Set(requests.map(({ csr }) => csr)).size).toBe(1)
    expect(requests[0]).toMatchObject({ token, booted: { ref: 'registry.test/os/edge:stable' } })
    const key = await stat(join(scene.machine.root, 'var/lib/bootfleet/key.pem'))
    expect(key.mode & 0o777).toBe(0o600)
    expect(scene.agent.output()).not.toContain(token)
  })

  it('says what is wrong with a refused token and waits for a better one', async () => {
    await using scene = await sceneWith((plane) => ({ ...plane.enrollmentDocument(), token: 'another-token-entirely' }))
    await scene.agent.waitFor(() => scene.agent.output().includes('token_invalid'))
    await putEnrollment(scene.machine, scene.plane.enrollmentDocument())
    await scene.settled()
  })
})

describe('an enrolled machine whose key is lost', () => {
  const state = ({ machine }: Scene, name: string): string => join(machine.root, 'var/lib/bootfleet', name)
  const isSaid = (scene: Scene, words: string): boolean => scene.agent.output().includes(words)

  it.each([
    ['is empty', ''],
    ['is another one', createDeviceKey()],
  ])('says so once and enrolls again, where its key file %s', async (_, key) => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    await scene.agent.kill9()
    await writeFile(state(scene, 'key.pem'), key)
    await scene.agent.restart()
    await scene.agent.waitFor(() => plane.all('up/hello').length >= 2)
    const requests = plane.enrollments as { csr: string }[]
    expect(new Set(requests.map(({ csr }) => csr)).size).toBe(2)
    await scene.agent.restart()
    await scene.agent.waitFor(() => plane.all('up/hello').length >= 3)
    expect(plane.enrollments).toHaveLength(2)
    expect(scene.agent.output().split('"event":"identity_unusable"')).toHaveLength(2)
    expect(scene.agent.output()).not.toContain('key values mismatch')
  })

  it('waits for an enrollment document where there is none', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    await scene.agent.kill9()
    await writeFile(state(scene, 'key.pem'), '')
    await rm(state(scene, 'enroll.json'))
    await scene.agent.restart()
    await scene.agent.waitFor(() => isSaid(scene, 'enroll_document_missing'))
    expect(isSaid(scene, 'key.pem')).toBe(true)
    await putEnrollment(scene.machine, plane.enrollmentDocument())
    await scene.agent.waitFor(() => plane.all('up/hello').length >= 2)
  })

  it('while its agent runs says why it cannot connect, and stays up', async () => {
    await using scene = await Scene.start({ agent })
    const { plane } = scene
    await scene.settled()
    const key = await readFile(state(scene, 'key.pem'))
    await writeFile(state(scene, 'key.pem'), '')
    await plane.control({ kind: 'goaway', retryAfterSec: 1 })
    await scene.agent.waitFor(() => isSaid(scene, 'https_failed'))
    await writeFile(state(scene, 'key.pem'), key)
    await scene.agent.waitFor(() => plane.all('up/hello').length >= 2)
    expect(scene.agent.startCount).toBe(1)
    expect(plane.enrollments).toHaveLength(1)
  })
})
