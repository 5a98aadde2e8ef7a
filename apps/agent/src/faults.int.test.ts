import { fakeImage } from '@bootfleet/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { Scene, digestOf, repository, staged } from './testing/scene.ts'

type Fault = Parameters<Scene['machine']['inject']>[0]

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

/** Wants a new image and plays one failure on the way to it. */
async function wantWith(scene: Scene, fault: Fault, name: string) {
  const image = fakeImage(name)
  scene.machine.publish(`${repository}:${name}`, image)
  scene.machine.inject({ ...fault, times: 1 })
  await scene.plane.desire(staged(image))
  return image
}

const hasTold = (scene: Scene, digest: string, code: string) =>
  scene.plane
    .all('up/state')
    .some(({ errors }) => errors.some((error) => error.digest === digest && error.code === code))

const isStaged = (scene: Scene, digest: string): boolean => {
  const state = scene.plane.state()
  return (
    state?.phase === 'staged' && state.staged?.digest === digest && state.staged.locked && state.errors.length === 0
  )
}

describe('a failure of bootc', () => {
  it('that passes is reported with its reason, and the image is staged in the end', async () => {
    await using scene = await Scene.start({ agent })
    await scene.settled()
    const table: [Fault, string][] = [
      [{ kind: 'network' }, 'network'],
      [{ kind: 'dns' }, 'network'],
      [{ kind: 'cut', afterLayers: 0 }, 'network'],
      [{ kind: 'auth' }, 'auth'],
      [{ kind: 'denied' }, 'auth'],
      [{ kind: 'tls' }, 'tls'],
      [{ kind: 'throttled' }, 'throttled'],
      [{ kind: 'no-space', at: 'preflight' }, 'disk_full'],
      [{ kind: 'no-space', at: 'layer' }, 'disk_full'],
      [{ kind: 'no-space', at: 'staging' }, 'disk_full'],
      [{ kind: 'etc-conflict' }, 'bootc_failed'],
      [{ kind: 'die', at: 'layer' }, 'bootc_failed'],
      [{ kind: 'die', at: 'staged' }, 'bootc_failed'],
    ]
    for (const [at, [fault, code]] of table.entries()) {
      const digest = digestOf(await wantWith(scene, fault, `passes-${at}`))
      await scene.agent.waitFor(() => hasTold(scene, digest, code))
      await scene.agent.waitFor(() => isStaged(scene, digest))
    }
  }, 180_000)

  it('that stays is reported as final, leaves nothing half staged, and is over with the next document', async () => {
    await using scene = await Scene.start({ agent })
    await scene.settled()
    const table: [Fault, string][] = [
      [{ kind: 'not-found' }, 'not_found'],
      [{ kind: 'policy' }, 'policy'],
      [{ kind: 'bound-image' }, 'not_found'],
    ]
    for (const [at, [fault, code]] of table.entries()) {
      const image = await wantWith(scene, fault, `stays-${at}`)
      await scene.agent.waitFor(() => hasTold(scene, digestOf(image), code) && scene.plane.state()?.phase === 'failed')
      await scene.agent.waitFor(() => scene.machine.state().staged?.content?.digest !== digestOf(image))
      await scene.plane.desire({})
      await scene.agent.waitFor(() => isStaged(scene, digestOf(image)))
    }
    const foreign = fakeImage('foreign', { architectures: ['s390x'] })
    scene.machine.publish(`${repository}:foreign`, foreign)
    const ref = `${repository}@${foreign.indexDigest}`
    await scene.plane.desire({ image: { ref, accept: [foreign.indexDigest] }, apply: { phase: 'staged' } })
    await scene.agent.waitFor(() => hasTold(scene, foreign.indexDigest, 'architecture'))
    expect(scene.machine.state().boots).toHaveLength(1)
  }, 120_000)

  it('to tell the status is reported, and nothing is done until it is told again', async () => {
    await using scene = await Scene.start({ agent })
    await scene.settled()
    const { plane, machine } = scene
    machine.inject({ kind: 'corrupt-repo' })
    const image = fakeImage('after-repair')
    machine.publish(`${repository}:repaired`, image)
    await plane.desire(staged(image))
    await scene.agent.waitFor(() => plane.state()?.errors[0]?.code === 'repository_corrupt')
    machine.clearFaults()
    await scene.agent.waitFor(() => isStaged(scene, digestOf(image)))
    machine.inject({ kind: 'invalid-json', times: 1 })
    await plane.desire({ ops: { unquarantine: 1 } })
    await scene.agent.waitFor(() => plane.state()?.opsDone.unquarantine === 1 && isStaged(scene, digestOf(image)))
  }, 90_000)
})

describe('a host with layered packages', () => {
  it('is refused with their names, and its grant comes back', async () => {
    await using scene = await Scene.start({ agent })
    await scene.settled()
    const { plane, machine } = scene
    machine.layerPackages('htop', 'vim')
    const image = fakeImage('unwelcome')
    machine.publish(`${repository}:unwelcome`, image)
    await plane.desire(staged(image))
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.phase === 'failed')
    expect(plane.state()?.errors).toMatchObject([
      { code: 'unsupported_host', detail: expect.stringContaining('(htop, vim): run rpm-ostree reset') as string },
    ])
    await scene.agent.waitFor(() => plane.all('up/ack').some(({ code }) => code === 'unsupported_host'))
    expect(machine.state().staged).toBeNull()
  })
})
